import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { SearchChips } from "../search/SearchChips";
import { Skeleton } from "../ui/Skeleton";
import { ListBar } from "./ListBar";
import "./MessageList.css";
import { NoRows, Rows } from "./Rows";
import { mailboxesLoaded } from "./store/mailboxes";
import { beginTroubles } from "./store/troubles";
import { currentList, currentMailbox } from "./view";

export function MessageList() {
  const list = currentList.value;
  // Rows of sent messages warn of those that did not arrive; whoever never looks at them asks for nothing.
  const showsSent = currentMailbox.value === null || currentMailbox.value.role === "sent";
  useEffect(() => {
    if (list && showsSent) void beginTroubles().catch(() => undefined);
  }, [list, showsSent]);
  return (
    <section class="list" aria-label={t("list.title")}>
      <ListBar />
      <SearchChips />
      {list ? <Rows key={JSON.stringify(list.query)} list={list} /> : <NoFolder />}
    </section>
  );
}

function NoFolder() {
  if (!mailboxesLoaded.value)
    return (
      <NoRows>
        <Skeleton lines={8} label={t("ui.loading")} />
      </NoRows>
    );
  return <p class="list-empty">{t("list.noFolder")}</p>;
}
