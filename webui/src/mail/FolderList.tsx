import { useSignal } from "@preact/signals";
import {
  Archive,
  ChevronDown,
  ChevronRight,
  Clock,
  FileText,
  Folder,
  type IconNode,
  Inbox,
  PenLine,
  Send,
  ShieldAlert,
  Trash2,
} from "lucide";
import type { ComponentChildren } from "preact";
import { Link } from "../app/Link";
import { foldersOpen, layout } from "../app/layout";
import { box } from "../app/router";
import { compose } from "../compose";
import { t } from "../i18n";
import type { Mailbox } from "../jmap";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { dropProps } from "./drag";
import "./FolderList.css";
import { FolderMenu } from "./FolderMenu";
import { mailboxName } from "./names";
import { QuotaBar } from "./QuotaBar";
import { keyOf, type MailboxNode, mailboxOf, ownTree, specialMailboxes } from "./store/mailboxes";

const icons: Record<string, IconNode> = {
  inbox: Inbox,
  drafts: FileText,
  scheduled: Clock,
  sent: Send,
  archive: Archive,
  junk: ShieldAlert,
  trash: Trash2,
};

export function folderIcon(mailbox: Mailbox): IconNode {
  return icons[mailbox.role ?? ""] ?? Folder;
}

export function FolderList({ children }: { children?: ComponentChildren }) {
  return (
    <nav class="folders" aria-label={t("folders.title")}>
      {layout.value !== "phone" && (
        <div class="folders-compose">
          <Button kind="primary" icon={PenLine} onClick={() => void compose({ kind: "new" })}>
            {t("compose.new")}
          </Button>
        </div>
      )}
      <div class="folders-scroll">
        <ul>
          {specialMailboxes.value.filter(isShown).map((mailbox) => (
            <li key={mailbox.id}>
              <FolderItem mailbox={mailbox} />
            </li>
          ))}
        </ul>
        <div class="folders-heading">
          <h2>{t("folders.own")}</h2>
          <FolderMenu />
        </div>
        {ownTree.value.length > 0 && <FolderTree nodes={ownTree.value} depth={0} />}
      </div>
      <QuotaBar />
      {children}
    </nav>
  );
}

/** What waits to be sent has a line while there is any. */
function isShown(mailbox: Mailbox): boolean {
  return mailbox.role !== "scheduled" || mailbox.totalEmails > 0 || box.value === "scheduled";
}

function FolderTree({ nodes, depth }: { nodes: MailboxNode[]; depth: number }) {
  return (
    <ul>
      {nodes.map((node) => (
        <FolderBranch key={node.mailbox.id} node={node} depth={depth} />
      ))}
    </ul>
  );
}

function FolderBranch({ node, depth }: { node: MailboxNode; depth: number }) {
  const open = useSignal(true);
  const name = mailboxName(node.mailbox);
  return (
    <li>
      <div class="folder-line" style={{ paddingInlineStart: `${depth}rem` }}>
        {node.children.length > 0 && (
          <button
            type="button"
            class="folder-toggle"
            aria-expanded={open.value}
            aria-label={t("folders.children", { name })}
            onClick={() => {
              open.value = !open.value;
            }}
          >
            <Icon of={open.value ? ChevronDown : ChevronRight} size={14} />
          </button>
        )}
        <FolderItem mailbox={node.mailbox} />
      </div>
      {open.value && node.children.length > 0 && <FolderTree nodes={node.children} depth={depth + 1} />}
    </li>
  );
}

function FolderItem({ mailbox }: { mailbox: Mailbox }) {
  const current = box.value !== null && mailboxOf(box.value)?.id === mailbox.id;
  const waiting = mailbox.role === "drafts" ? "drafts" : mailbox.role === "scheduled" ? "scheduled" : null;
  const count = waiting
    ? mailbox.totalEmails
    : mailbox.role === "trash" || mailbox.role === "sent"
      ? 0
      : mailbox.unreadEmails;
  return (
    <Link
      to={{ page: "mail", box: keyOf(mailbox), email: null }}
      class={`folder ${count > 0 && !waiting ? "folder-unread" : ""}`}
      aria-current={current ? "page" : undefined}
      onClick={() => {
        foldersOpen.value = false;
      }}
      {...dropProps(mailbox)}
    >
      <Icon of={folderIcon(mailbox)} />
      <span class="ellipsis" title={mailboxName(mailbox)}>
        {mailboxName(mailbox)}
      </span>
      {count > 0 && (
        <span class="folder-count">
          {count}
          <span class="hidden-label"> {t(`folders.${waiting ?? "unread"}`, { count })}</span>
        </span>
      )}
    </Link>
  );
}
