import { type Signal, signal } from "@preact/signals";
import { client } from "../../app/session";
import { applyPatch, type EmailHeader, type GetResponse, type Id, type Patch, type Thread } from "../../jmap";

export const headerProperties = [
  "id",
  "blobId",
  "threadId",
  "mailboxIds",
  "keywords",
  "size",
  "receivedAt",
  "sentAt",
  "from",
  "to",
  "subject",
  "hasAttachment",
  "preview",
];

const emails = new Map<Id, Signal<EmailHeader | undefined>>();
const threads = new Map<Id, Signal<Id[] | undefined>>();
/** What was changed here and is not confirmed: laid over whatever the server still says. */
const pending = new Map<Id, Patch[]>();

/** The email as it is known here; a signal, so that a row follows it. */
export function email(id: Id): Signal<EmailHeader | undefined> {
  let found = emails.get(id);
  if (!found) {
    found = signal(undefined);
    emails.set(id, found);
  }
  return found;
}

/** The ids of a thread's emails, oldest first. */
export function thread(id: Id): Signal<Id[] | undefined> {
  let found = threads.get(id);
  if (!found) {
    found = signal(undefined);
    threads.set(id, found);
  }
  return found;
}

/** Those that were filed elsewhere from here: the server's word for it brings nothing new, and yet lists changed. */
const refiled = new Set<Id>();

/** Whether any of these was filed elsewhere from here; told until the server has confirmed it, and once after. */
export function takeRefiled(ids: readonly Id[]): boolean {
  return ids.filter((id) => refiled.has(id) && (pending.has(id) || refiled.delete(id))).length > 0;
}

export function putEmails(list: readonly EmailHeader[]): void {
  for (const item of list) {
    let value = item;
    for (const patch of pending.get(item.id) ?? []) value = applyPatch(value, patch);
    const known = email(item.id);
    if (!known.peek() || !isSame(known.peek() as EmailHeader, value)) known.value = value;
  }
}

/** Nothing else of an email ever changes (RFC 8621 section 4.1); what stays the same draws no row again. */
function isSame(a: EmailHeader, b: EmailHeader): boolean {
  return sameKeys(a.keywords, b.keywords) && sameKeys(a.mailboxIds, b.mailboxIds) && a.threadId === b.threadId;
}

function sameKeys(a: Record<string, true>, b: Record<string, true>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b);
}

export function putThreads(list: readonly Thread[]): void {
  for (const item of list) {
    const known = thread(item.id);
    if (known.peek()?.join() !== item.emailIds.join()) known.value = item.emailIds;
  }
}

/** Changes an email on the screen alone; the function returned ends that, once the server has spoken. */
export function overlay(id: Id, patch: Patch): () => void {
  pending.set(id, [...(pending.get(id) ?? []), patch]);
  if (Object.keys(patch).some((path) => path.startsWith("mailboxIds"))) refiled.add(id);
  const known = email(id);
  if (known.peek()) known.value = applyPatch(known.peek() as EmailHeader, patch);
  return () => {
    const rest = (pending.get(id) ?? []).filter((candidate) => candidate !== patch);
    if (rest.length > 0) pending.set(id, rest);
    else pending.delete(id);
  };
}

export function isKnown(id: Id): boolean {
  return emails.get(id)?.peek() !== undefined;
}

export function knownIds(): Id[] {
  return [...emails].filter(([, value]) => value.peek() !== undefined).map(([id]) => id);
}

export function forget(ids: readonly Id[]): void {
  for (const id of ids) email(id).value = undefined;
}

/** `ids` in pieces that a server takes in one /get. */
export function pieces(ids: readonly Id[], limit: number): Id[][] {
  const size = Math.max(1, Math.min(limit, 500));
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => ids.slice(at * size, (at + 1) * size));
}

export async function fetchEmails(ids: readonly Id[]): Promise<void> {
  for (const piece of pieces(ids, client.limits.maxObjectsInGet)) {
    const answer = await client.call<GetResponse<EmailHeader>>("Email/get", {
      ids: piece,
      properties: headerProperties,
    });
    putEmails(answer.list);
    forget(answer.notFound);
  }
}

/** Makes every email of these threads known, and the threads themselves. */
export async function fetchThreads(ids: readonly Id[]): Promise<void> {
  for (const piece of pieces(ids, client.limits.maxObjectsInGet)) {
    const answer = await client.call<GetResponse<Thread>>("Thread/get", { ids: piece });
    putThreads(answer.list);
    const missing = answer.list.flatMap((item) => item.emailIds).filter((id) => !isKnown(id));
    if (missing.length > 0) await fetchEmails(missing);
  }
}

export function isUnread(value: EmailHeader): boolean {
  return !value.keywords.$seen && !value.keywords.$draft;
}
