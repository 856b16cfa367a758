import { useSignal } from "@preact/signals";
import {
  Archive,
  Ellipsis,
  Flag,
  FolderInput,
  FolderOutput,
  Mail,
  MailOpen,
  ShieldAlert,
  ShieldCheck,
  Trash2,
  Undo2,
  X,
} from "lucide";
import { t } from "../i18n";
import type { Mailbox } from "../jmap";
import { Button, IconButton } from "../ui/Button";
import { MenuButton, type MenuItem } from "../ui/Menu";
import { archive, failed, junk, notJunk, readAll } from "./actions";
import { acting, deleteLabel, deleteRows, rowUnread, toggleFlag, toggleSeen } from "./commands";
import { emptyMailbox } from "./destroy";
import "./ListBar.css";
import { moveMenu } from "./MoveMenu";
import { mailboxName } from "./names";
import { isKnown } from "./store/emails";
import { clearSelection, selectAll, selectEvery, selected, selecting } from "./store/selection";
import { currentList, currentMailbox, type QuickFilter, quickFilter } from "./view";

/** Over the list: where one is, or what to do with what is ticked. */
export function ListBar() {
  return (
    <>
      <div class="list-bar">{selecting.value ? <SelectionBar /> : <FolderBar />}</div>
      {selecting.value && <EveryRow />}
    </>
  );
}

/** When all rows that are here are ticked and there are more: offers those too. */
function EveryRow() {
  const list = currentList.value;
  const total = list?.total.value ?? 0;
  const count = selected.value.size;
  const busy = useSignal(false);
  if (!list || count >= total || count < list.known().length) return null;
  const run = async () => {
    if (busy.value) return;
    busy.value = true;
    await selectEvery(list)
      .catch(failed)
      .finally(() => {
        busy.value = false;
      });
  };
  return (
    <div class="list-bar-every">
      <Button kind="quiet" aria-disabled={busy.value} onClick={() => void run()}>
        {t("list.selectEvery", { count: total })}
      </Button>
    </div>
  );
}

function FolderBar() {
  const mailbox = currentMailbox.value;
  const total = currentList.value?.total.value ?? null;
  return (
    <>
      <h1 class="ellipsis">{mailbox ? mailboxName(mailbox) : t("search.results")}</h1>
      {total !== null && total > 0 && <span class="list-bar-count">{t("list.count", { count: total })}</span>}
      <span class="list-bar-space" />
      {mailbox && (mailbox.role === "trash" || mailbox.role === "junk") && mailbox.totalEmails > 0 && (
        <Button kind="quiet" onClick={() => emptyMailbox(mailbox)}>
          {t("list.emptyNow")}
        </Button>
      )}
      <MenuButton label={t("list.menu")} icon={Ellipsis} items={() => menu(mailbox)} />
    </>
  );
}

function menu(mailbox: Mailbox | null): (MenuItem | "rule")[] {
  const list = currentList.value;
  const all: MenuItem = { id: "all", label: t("list.selectAll"), run: () => list && selectAll(list) };
  if (!mailbox) return [all];
  const filters: QuickFilter[] = ["all", "unread", "flagged"];
  return [
    ...filters.map((filter) => ({
      id: filter,
      label: t(`list.filter.${filter}`),
      checked: quickFilter.value === filter,
      run: () => {
        quickFilter.value = filter;
      },
    })),
    "rule",
    ...(mailbox.unreadEmails > 0 && mailbox.role !== "drafts"
      ? [{ id: "readAll", label: t("list.readAll"), run: () => void readAll(mailbox) }]
      : []),
    all,
  ];
}

function SelectionBar() {
  const count = selected.value.size;
  // Of a whole folder most rows have never been here.
  const unread = [...selected.value].filter(isKnown).some(rowUnread);
  const mailbox = currentMailbox.value;
  const role = mailbox?.role;
  return (
    <>
      <h1 class="hidden-label">{mailbox ? mailboxName(mailbox) : t("search.results")}</h1>
      <IconButton label={t("list.unselect")} icon={X} shortcut="Esc" onClick={clearSelection} />
      <span class="list-bar-selected" role="status">
        {t("list.selected", { count })}
      </span>
      <span class="list-bar-space" />
      {role !== "archive" && role !== "scheduled" && (
        <IconButton label={t("action.archive")} icon={Archive} shortcut="e" onClick={() => void archive(acting())} />
      )}
      <IconButton
        label={deleteLabel(role)}
        icon={role === "scheduled" ? Undo2 : Trash2}
        shortcut="#"
        onClick={() => void deleteRows(acting())}
      />
      <IconButton
        label={unread ? t("action.markRead") : t("action.markUnread")}
        icon={unread ? MailOpen : Mail}
        shortcut="m"
        onClick={() => void toggleSeen(acting())}
      />
      <MenuButton
        label={t("action.more")}
        icon={Ellipsis}
        items={() => [
          { id: "flag", label: t("action.flag"), icon: Flag, shortcut: "s", run: () => void toggleFlag(acting()) },
          {
            id: "move",
            label: t("action.move"),
            icon: FolderInput,
            shortcut: "v",
            run: () => {
              moveMenu.value = "move";
            },
          },
          {
            id: "copy",
            label: t("action.copy"),
            icon: FolderOutput,
            shortcut: "l",
            run: () => {
              moveMenu.value = "copy";
            },
          },
          role === "junk"
            ? { id: "notJunk", label: t("action.notJunkDo"), icon: ShieldCheck, run: () => void notJunk(acting()) }
            : { id: "junk", label: t("action.junk"), icon: ShieldAlert, shortcut: "!", run: () => void junk(acting()) },
        ]}
      />
    </>
  );
}
