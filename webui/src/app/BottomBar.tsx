import { type IconNode, Inbox, PenLine, Search, Settings } from "lucide";
import { compose } from "../compose";
import { t } from "../i18n";
import { focusSearch } from "../search/focus";
import { Icon } from "../ui/Icon";
import "./BottomBar.css";
import { box, go, page } from "./router";

/** What a thumb reaches on a phone. */
export function BottomBar() {
  const current = page.value;
  return (
    <nav class="bottom-bar" aria-label={t("rail.title")}>
      <Place
        label={t("folder.inbox")}
        icon={Inbox}
        current={box.value === "inbox"}
        run={() => go({ page: "mail", box: "inbox", email: null })}
      />
      <Place label={t("search.short")} icon={Search} current={current === "search"} run={focusSearch} />
      <Place
        label={t("rail.settings")}
        icon={Settings}
        current={current === "settings"}
        run={() => go({ page: "settings", section: "general" })}
      />
      <button
        type="button"
        class="bottom-compose"
        aria-label={t("compose.new")}
        onClick={() => void compose({ kind: "new" })}
      >
        <Icon of={PenLine} size={22} />
      </button>
    </nav>
  );
}

function Place({ label, icon, current, run }: { label: string; icon: IconNode; current: boolean; run: () => void }) {
  return (
    <button type="button" class="bottom-place" aria-current={current ? "page" : undefined} onClick={run}>
      <Icon of={icon} size={20} />
      <span>{label}</span>
    </button>
  );
}
