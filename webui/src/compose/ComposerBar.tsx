import { ArrowLeft, Maximize2, Minimize2, Minus, X } from "lucide";
import { t } from "../i18n";
import { IconButton } from "../ui/Button";
import { close } from "./close";
import type { Composition, View } from "./composition";

type Props = { composition: Composition; title: string; phone: boolean };

/** The composer's title and the size it has. */
export function ComposerBar({ composition, title, phone }: Props) {
  const { view } = composition;
  const set = (to: View) => () => {
    view.value = to;
  };
  return (
    <div class="composer-bar">
      {phone && <IconButton label={t("compose.close")} icon={ArrowLeft} onClick={() => void close(composition)} />}
      <h2 class="ellipsis">
        {view.value === "small" && !phone ? (
          <button type="button" class="composer-title ellipsis" onClick={set("open")}>
            {title}
          </button>
        ) : (
          title
        )}
      </h2>
      {!phone && (
        <>
          {view.value === "small" ? (
            <IconButton label={t("compose.enlarge")} icon={Maximize2} size={16} onClick={set("open")} />
          ) : (
            <>
              <IconButton label={t("compose.minimise")} icon={Minus} size={16} onClick={set("small")} />
              <IconButton
                label={view.value === "full" ? t("compose.shrink") : t("compose.enlarge")}
                icon={view.value === "full" ? Minimize2 : Maximize2}
                size={16}
                onClick={set(view.value === "full" ? "open" : "full")}
              />
            </>
          )}
          <IconButton
            label={t("compose.close")}
            icon={X}
            size={18}
            shortcut="Esc"
            onClick={() => void close(composition)}
          />
        </>
      )}
    </div>
  );
}
