import type { EmailHeader, Id } from "../../jmap";
import { collapsed, currentMailbox } from "../view";
import { email, fetchEmails, fetchThreads, isKnown, thread } from "./emails";
import { isScheduled, mailboxWithRole } from "./mailboxes";

/** Every email that the rows stand for: their threads when conversations are shown. */
export async function emailsOf(rows: readonly Id[]): Promise<EmailHeader[]> {
  const unknown = rows.filter((id) => !isKnown(id));
  if (unknown.length > 0) await fetchEmails(unknown);
  const heads = rows.map((id) => email(id).peek()).filter((value): value is EmailHeader => value !== undefined);
  if (!collapsed.peek()) return heads;
  const incomplete = heads
    .map((head) => head.threadId)
    .filter((id) => {
      const members = thread(id).peek();
      return members === undefined || !members.every(isKnown);
    });
  if (incomplete.length > 0) await fetchThreads(incomplete);
  const ids = new Set(heads.flatMap((head) => thread(head.threadId).peek() ?? [head.id]));
  return [...ids].map((id) => email(id).peek()).filter((value): value is EmailHeader => value !== undefined);
}

/**
 * Of these, what a move takes along: what lies in the folder in view. In a search that is everything but what
 * was sent, is being written or lies in the bin.
 */
export function movable(all: readonly EmailHeader[]): EmailHeader[] {
  // What waits to be sent is the queue's: it leaves by being sent or called back.
  const emails = all.filter((value) => !isScheduled(value));
  const here = currentMailbox.peek();
  if (here) return emails.filter((value) => value.mailboxIds[here.id]);
  const kept = (["sent", "drafts", "trash"] as const).map((role) => mailboxWithRole(role)?.id ?? "");
  const found = emails.filter((value) => !kept.some((id) => value.mailboxIds[id]));
  return found.length > 0 ? found : emails;
}
