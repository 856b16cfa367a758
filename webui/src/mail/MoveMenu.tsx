import { signal, useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Mailbox } from "../jmap";
import { plain } from "../search/mailboxes";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { copyTo, moveTo } from "./actions";
import { acting } from "./commands";
import { folderIcon } from "./FolderList";
import "./MoveMenu.css";
import { mailboxName } from "./names";
import { type MailboxNode, ownTree, specialMailboxes } from "./store/mailboxes";
import { currentMailbox } from "./view";

/** Whether a folder is being chosen, and for what. */
export const moveMenu = signal<"move" | "copy" | null>(null);

type Choice = { mailbox: Mailbox; path: string };

function choices(): Choice[] {
  const special = specialMailboxes.value.filter(
    ({ role }) => role !== "drafts" && role !== "scheduled" && role !== "sent",
  );
  const flat = (nodes: readonly MailboxNode[], above: string): Choice[] =>
    nodes.flatMap(({ mailbox, children }) => {
      const path = above ? `${above} / ${mailbox.name}` : mailbox.name;
      return [{ mailbox, path }, ...flat(children, path)];
    });
  return [...special.map((mailbox) => ({ mailbox, path: mailboxName(mailbox) })), ...flat(ownTree.value, "")].filter(
    ({ mailbox }) => mailbox.id !== currentMailbox.value?.id && mailbox.myRights.mayAddItems,
  );
}

/** Chooses a folder by typing a part of its name. */
export function MoveMenu() {
  if (moveMenu.value === null) return null;
  return <FolderChooser purpose={moveMenu.value} />;
}

function FolderChooser({ purpose }: { purpose: "move" | "copy" }) {
  const typed = useSignal("");
  const at = useSignal(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const wanted = plain(typed.value);
  const found = choices().filter(({ path }) => plain(path).includes(wanted));
  const close = () => {
    moveMenu.value = null;
  };
  const take = (mailbox: Mailbox | undefined) => {
    if (!mailbox) return;
    const rows = acting();
    close();
    void (purpose === "move" ? moveTo(rows, mailbox) : copyTo(rows, mailbox));
  };
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  return (
    <Dialog title={purpose === "move" ? t("move.title") : t("move.copyTitle")} onClose={close}>
      <input
        class="input"
        type="text"
        role="combobox"
        aria-label={t("move.filter")}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${at.value}` : undefined}
        aria-autocomplete="list"
        placeholder={t("move.filter")}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") at.value = Math.min(found.length - 1, at.value + 1);
          else if (event.key === "ArrowUp") at.value = Math.max(0, at.value - 1);
          else if (event.key === "Enter") take(found[at.value]?.mailbox);
          else return;
          event.preventDefault();
        }}
      />
      <div ref={list} id={`${id}-list`} class="move-list" role="listbox" aria-label={t("folders.title")}>
        {found.map(({ mailbox, path }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
          <div
            key={mailbox.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at.value}
            onClick={() => take(mailbox)}
          >
            <Icon of={folderIcon(mailbox)} size={16} />
            <span class="ellipsis">{path}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p>{t("move.none")}</p>}
    </Dialog>
  );
}
