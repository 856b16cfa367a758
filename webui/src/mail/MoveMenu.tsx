import { signal, useSignal } from "@preact/signals";
import { FolderPlus } from "lucide";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Mailbox } from "../jmap";
import { plain } from "../search/mailboxes";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { copyTo, moveTo } from "./actions";
import { acting } from "./commands";
import { folderIcon } from "./FolderList";
import { createFolder, folderProblem } from "./folders";
import "./MoveMenu.css";
import { mailboxName } from "./names";
import { type MailboxNode, mailboxes, ownTree, specialMailboxes } from "./store/mailboxes";
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
  const problem = useSignal("");
  const at = useSignal(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const wanted = plain(typed.value);
  const found = choices().filter(({ path }) => plain(path).includes(wanted));
  const close = () => {
    moveMenu.value = null;
  };
  const name = typed.value.trim();
  const creates = name !== "" && !found.some(({ path }) => plain(path) === plain(name));
  const last = found.length - (creates ? 0 : 1);
  const file = (mailbox: Mailbox) => {
    const rows = acting();
    close();
    void (purpose === "move" ? moveTo(rows, mailbox) : copyTo(rows, mailbox));
  };
  const create = async () => {
    try {
      const id = await createFolder(name, null);
      const made = mailboxes.peek().get(id);
      if (made) file(made);
    } catch (error) {
      problem.value = folderProblem(error);
    }
  };
  const take = (index: number) => {
    const choice = found[index];
    if (choice) file(choice.mailbox);
    else if (creates) void create();
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
        aria-activedescendant={last >= 0 ? `${id}-${at.value}` : undefined}
        aria-autocomplete="list"
        placeholder={t("move.filter")}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          at.value = 0;
          problem.value = "";
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") at.value = Math.min(last, at.value + 1);
          else if (event.key === "ArrowUp") at.value = Math.max(0, at.value - 1);
          else if (event.key === "Enter") take(at.value);
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
            onClick={() => take(index)}
          >
            <Icon of={folderIcon(mailbox)} size={16} />
            <span class="ellipsis">{path}</span>
          </div>
        ))}
        {creates && (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
          <div
            id={`${id}-${found.length}`}
            role="option"
            aria-selected={at.value === found.length}
            onClick={() => take(found.length)}
          >
            <Icon of={FolderPlus} size={16} />
            <span class="ellipsis">{t("move.create", { name })}</span>
          </div>
        )}
      </div>
      <div role="alert">{problem.value && <p class="field-error">{problem.value}</p>}</div>
    </Dialog>
  );
}
