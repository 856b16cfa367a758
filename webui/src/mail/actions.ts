import { layout } from "../app/layout";
import { openEmail } from "../app/router";
import { t } from "../i18n";
import { type EmailHeader, type Id, type Mailbox, type MailboxRole, pathName } from "../jmap";
import { unread } from "../search/query";
import { showToast } from "../ui/toast";
import { mailboxName } from "./names";
import { problemText } from "./problem";
import { email, fetchEmails, isKnown, isUnread } from "./store/emails";
import { EmailList } from "./store/list";
import { isScheduled, mailboxWithRole } from "./store/mailboxes";
import { cursor, deselect } from "./store/selection";
import { emailsOf, movable } from "./store/targets";
import { type Update, write } from "./store/write";
import { currentList, currentMailbox, openId, refreshLists } from "./view";

function tell(text: string, inverse: Update[]): void {
  showToast({
    text,
    action: inverse.length > 0 ? { label: t("action.undo"), run: () => takeBack(inverse) } : undefined,
  });
}

function takeBack(inverse: Update[]): void {
  write(inverse).done.then(() => refreshLists(), failed);
}

export function failed(error: unknown): void {
  showToast({ kind: "problem", text: problemText(error) });
  refreshLists();
}

/** The row after the last of `rows` (else before the first) that stays: what is looked at next. */
export function neighbour(rows: ReadonlySet<Id>): Id | null {
  const list = currentList.peek();
  if (!list) return null;
  let first = -1;
  let last = -1;
  for (const [at, id] of list.entries()) {
    if (!rows.has(id)) continue;
    if (first < 0) first = at;
    last = at;
  }
  return first < 0 ? null : (list.at(last + 1) ?? list.at(first - 1) ?? null);
}

/** Takes rows off the list in view; what was open or under the cursor gives way to its neighbour. */
export function leaveList(rows: readonly Id[]): () => void {
  const gone = new Set(rows);
  const list = currentList.peek();
  const next = neighbour(gone);
  if (cursor.peek() !== null && gone.has(cursor.peek() as Id)) cursor.value = next;
  if (openId.peek() !== null && gone.has(openId.peek() as Id))
    openEmail(layout.peek() === "wide" ? next : null, { replace: true });
  deselect(rows);
  list?.hold(gone);
  return () => list?.release();
}

async function moveRows(
  rows: readonly Id[],
  patchOf: (value: EmailHeader) => Update["patch"],
  text: (count: number) => string,
) {
  if (rows.length === 0) return;
  try {
    const all = await emailsOf(rows);
    const emails = movable(all);
    if (emails.length === 0) {
      if (all.some(isScheduled)) showToast({ kind: "problem", text: t("scheduled.stays") });
      return;
    }
    const updates = emails.map((value) => ({ id: value.id, patch: patchOf(value) }));
    const settle = leaveList(rows);
    const { inverse, done } = write(updates);
    tell(text(rows.length), inverse);
    await done.finally(settle);
  } catch (error) {
    failed(error);
  }
}

/** Out of the folder in view and into another; what else it is filed under stays. */
function filing(to: Mailbox): (value: EmailHeader) => Update["patch"] {
  const from = currentMailbox.peek();
  if (!from) return () => ({ mailboxIds: { [to.id]: true } });
  return () => ({ [`mailboxIds/${pathName(from.id)}`]: null, [`mailboxIds/${pathName(to.id)}`]: true });
}

function needed(role: MailboxRole): Mailbox | null {
  const mailbox = mailboxWithRole(role);
  if (!mailbox) showToast({ kind: "problem", text: t("problem.noFolder", { folder: t(`folder.${role}`) }) });
  return mailbox ?? null;
}

export function moveTo(rows: readonly Id[], to: Mailbox): Promise<void> {
  if (to.id === currentMailbox.peek()?.id || to.role === "scheduled") return Promise.resolve();
  if (to.role === "junk") return junk(rows);
  return moveRows(rows, filing(to), (count) => t("action.moved", { count, folder: mailboxName(to) }));
}

export async function archive(rows: readonly Id[]): Promise<void> {
  const to = needed("archive");
  if (to && to.id !== currentMailbox.peek()?.id)
    await moveRows(rows, filing(to), (count) => t("action.archived", { count }));
}

export async function trash(rows: readonly Id[]): Promise<void> {
  const to = needed("trash");
  if (to)
    await moveRows(
      rows,
      () => ({ mailboxIds: { [to.id]: true } }),
      (count) => t("action.trashed", { count }),
    );
}

export async function junk(rows: readonly Id[]): Promise<void> {
  const to = needed("junk");
  if (!to) return;
  await moveRows(
    rows,
    () => ({ mailboxIds: { [to.id]: true }, "keywords/$junk": true, "keywords/$notjunk": null }),
    (count) => t("action.junked", { count }),
  );
}

export async function notJunk(rows: readonly Id[]): Promise<void> {
  const to = needed("inbox");
  if (!to) return;
  await moveRows(
    rows,
    () => ({ mailboxIds: { [to.id]: true }, "keywords/$junk": null, "keywords/$notjunk": true }),
    (count) => t("action.notJunk", { count }),
  );
}

/** Files under one more folder, staying where it is. */
export async function copyTo(rows: readonly Id[], to: Mailbox): Promise<void> {
  try {
    const emails = movable(await emailsOf(rows)).filter((value) => !value.mailboxIds[to.id]);
    const { inverse, done } = write(
      emails.map(({ id }) => ({ id, patch: { [`mailboxIds/${pathName(to.id)}`]: true } })),
    );
    tell(t("action.copied", { count: rows.length, folder: mailboxName(to) }), inverse);
    await done;
  } catch (error) {
    failed(error);
  }
}

/** Marks as read or unread; with `quietly` nothing is said, as when a message is opened. */
export async function setSeen(rows: readonly Id[], seen: boolean, quietly = false): Promise<void> {
  try {
    const emails = await emailsOf(rows);
    await setSeenOf(seen ? emails : emails.slice(-1), seen, quietly ? null : rows.length);
  } catch (error) {
    failed(error);
  }
}

export async function setSeenOf(
  emails: readonly EmailHeader[],
  seen: boolean,
  tellCount: number | null,
): Promise<void> {
  const changing = emails.filter((value) => isUnread(value) === seen && !value.keywords.$draft);
  if (changing.length === 0) return;
  const { inverse, done } = write(changing.map(({ id }) => ({ id, patch: { "keywords/$seen": seen || null } })));
  if (tellCount !== null && tellCount > 1)
    tell(seen ? t("action.read", { count: tellCount }) : t("action.unread", { count: tellCount }), inverse);
  await done;
}

/** All of a folder that is unread, looked at or not. */
export async function readAll(mailbox: Mailbox): Promise<void> {
  try {
    const query = { filter: unread({ inMailbox: mailbox.id }), sort: [], collapseThreads: false };
    const ids = await new EmailList(query).everyId();
    await fetchEmails(ids.filter((id) => !isKnown(id)));
    const emails = ids.map((id) => email(id).peek()).filter((value): value is EmailHeader => value !== undefined);
    await setSeenOf(emails, true, emails.length);
  } catch (error) {
    failed(error);
  }
}

export async function setFlagged(ids: readonly Id[], flagged: boolean): Promise<void> {
  try {
    await write(ids.map((id) => ({ id, patch: { "keywords/$flagged": flagged || null } }))).done;
  } catch (error) {
    failed(error);
  }
}
