import { conversations, readerPlace } from "../app/preferences";
import { openEmail, route } from "../app/router";
import { compose } from "../compose";
import { t } from "../i18n";
import type { EmailHeader, Id } from "../jmap";
import { setFlagged, setSeen, trash } from "./actions";
import { destroy } from "./destroy";
import { email, isUnread, thread } from "./store/emails";
import { isScheduled } from "./store/mailboxes";
import { cursor, extendFromCursor, selected } from "./store/selection";
import { currentList, currentMailbox, openId } from "./view";

/** The rows that a command means: those that are ticked, else the one that is open, else the one under the cursor. */
export function acting(): Id[] {
  if (selected.peek().size > 0) return [...selected.peek()];
  const one = openId.peek() ?? cursor.peek();
  return one === null ? [] : [one];
}

/** The bin's own rows go for good, what waits to be sent becomes a draft again, all others go to the bin. */
export function deleteRows(rows: readonly Id[]): Promise<void> {
  const role = currentMailbox.peek()?.role;
  const waits = (id: Id) => isScheduled(email(id).peek() ?? { mailboxIds: {} });
  // A search finds what waits too.
  if (role === "scheduled" || (rows.length > 0 && rows.every(waits)))
    return import("../compose/scheduled").then(({ cancel }) => cancel(rows));
  return role === "trash" || role === "junk" ? destroy(rows) : trash(rows);
}

export function deleteLabel(role: string | null | undefined): string {
  if (role === "scheduled") return t("scheduled.cancel");
  return role === "trash" ? t("action.destroy") : t("action.trash");
}

/** Moves the cursor by rows; with `ticking` what lies between is ticked. */
export function moveCursor(by: number, ticking = false): Promise<void> {
  const from = cursor.peek() ?? openId.peek();
  const at = from === null ? -1 : (currentList.peek()?.indexOf(from) ?? -1);
  return cursorTo(at + by, ticking);
}

/** Puts the cursor on a row, the first or last when there is none such; one that is not here yet is fetched. */
export async function cursorTo(row: number, ticking = false): Promise<void> {
  const list = currentList.peek();
  if (!list) return;
  const at = Math.max(0, Math.min((list.total.peek() ?? 1) - 1, row));
  if (list.at(at) === undefined) await list.fetchRows(at, at);
  const next = list.at(at);
  if (next === undefined || list !== currentList.peek()) return;
  if (ticking) {
    const ticked = extendFromCursor(list, next);
    cursor.value = next;
    return ticked;
  }
  cursor.value = next;
  // Where reader and list stand side by side, an open message gives way to the next.
  if (openId.peek() !== null && readerPlace.peek() !== "off") openRow(next, true);
}

export function openCursor(): void {
  if (cursor.peek() !== null) openRow(cursor.peek() as Id);
}

/** Opens a row: in the reader, or in a composer when it is a draft. */
export function openRow(id: Id, replace = false): void {
  cursor.value = id;
  const value = email(id).peek();
  if (value?.keywords.$draft && currentMailbox.peek()?.role === "drafts") {
    void compose({ kind: "draft", emailId: id });
    return;
  }
  openEmail(id, { replace: replace || openId.peek() !== null });
}

/** The message of the open or chosen row that an answer goes to: the newest that is no draft. */
export function answeredId(row: Id): Id {
  const head = email(row).peek();
  if (!head || !conversations.peek() || route.peek().page === "settings") return row;
  const members = (thread(head.threadId).peek() ?? [])
    .map((id) => email(id).peek())
    .filter((value): value is EmailHeader => value !== undefined && !value.keywords.$draft);
  return members[members.length - 1]?.id ?? row;
}

export function replyTo(kind: "reply" | "replyAll" | "forward"): void {
  const [row] = acting();
  if (row !== undefined) void compose({ kind, emailId: answeredId(row) });
}

export function toggleFlag(rows: readonly Id[]): Promise<void> {
  const all = rows.every((id) => email(id).peek()?.keywords.$flagged);
  return setFlagged(rows, !all);
}

export function toggleSeen(rows: readonly Id[]): Promise<void> {
  const seen = rows.some(rowUnread);
  // An open message is read: it can be unread only once it is closed.
  if (!seen && openId.peek() !== null && rows.includes(openId.peek() as Id)) openEmail(null);
  return setSeen(rows, seen);
}

/** Whether anything that a row stands for is unread. */
export function rowUnread(id: Id): boolean {
  const head = email(id).value;
  if (!head) return false;
  if (!currentList.value?.query.collapseThreads) return isUnread(head);
  const members = thread(head.threadId).value ?? [id];
  return members.some((member) => {
    const value = email(member).value;
    return value !== undefined && isUnread(value);
  });
}
