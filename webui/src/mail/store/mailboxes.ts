import { computed, signal } from "@preact/signals";
import { client } from "../../app/session";
import { changesSince, type GetResponse, type Id, type Mailbox, type MailboxRole, MethodError } from "../../jmap";

export const specialRoles: readonly MailboxRole[] = [
  "inbox",
  "drafts",
  "scheduled",
  "sent",
  "archive",
  "junk",
  "trash",
];

export const mailboxes = signal<ReadonlyMap<Id, Mailbox>>(new Map());
export const mailboxesLoaded = computed(() => mailboxes.value.size > 0);

let state: string | null = null;

const byRole = computed(() => {
  const found = new Map<string, Mailbox>();
  for (const mailbox of mailboxes.value.values()) if (mailbox.role) found.set(mailbox.role, mailbox);
  return found;
});

export function mailboxWithRole(role: MailboxRole): Mailbox | undefined {
  return byRole.value.get(role);
}

/** A mailbox by what stands in the page's address: a role, or else an id. */
export function mailboxOf(key: string): Mailbox | undefined {
  return byRole.value.get(key) ?? mailboxes.value.get(key);
}

export function keyOf(mailbox: Mailbox): string {
  return isSpecial(mailbox) ? (mailbox.role as string) : mailbox.id;
}

export function isSpecial(mailbox: Mailbox): boolean {
  return specialRoles.includes(mailbox.role as MailboxRole);
}

/** Whether an email waits for its time to be sent: it stays where it is until it goes or is called back. */
export function isScheduled({ mailboxIds }: { mailboxIds: Record<Id, true> }): boolean {
  const waiting = byRole.value.get("scheduled");
  return waiting !== undefined && mailboxIds[waiting.id] === true;
}

export function isSent({ mailboxIds }: { mailboxIds: Record<Id, true> }): boolean {
  const sent = byRole.value.get("sent");
  return sent !== undefined && mailboxIds[sent.id] === true;
}

export type MailboxNode = { mailbox: Mailbox; children: MailboxNode[] };

/** One's own folders, as a tree; the special ones stand above it. */
export const ownTree = computed<MailboxNode[]>(() => {
  const nodes = new Map<Id, MailboxNode>();
  const own = [...mailboxes.value.values()]
    .filter((mailbox) => !isSpecial(mailbox))
    .sort((a, b) => a.sortOrder - b.sortOrder || a.name.localeCompare(b.name, undefined, { numeric: true }));
  for (const mailbox of own) nodes.set(mailbox.id, { mailbox, children: [] });
  const roots: MailboxNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.mailbox.parentId ? nodes.get(node.mailbox.parentId) : undefined;
    (parent ? parent.children : roots).push(node);
  }
  return roots;
});

export const specialMailboxes = computed(() =>
  specialRoles.map((role) => byRole.value.get(role)).filter((mailbox): mailbox is Mailbox => mailbox !== undefined),
);

export async function loadMailboxes(): Promise<void> {
  putMailboxes(await client.call<GetResponse<Mailbox>>("Mailbox/get", { ids: null }));
}

export function putMailboxes(answer: GetResponse<Mailbox>): void {
  state = answer.state;
  mailboxes.value = new Map(answer.list.map((mailbox) => [mailbox.id, mailbox]));
}

/** Fetches what changed since the last time. */
export async function syncMailboxes(): Promise<void> {
  if (state === null) return loadMailboxes();
  try {
    const changes = await changesSince(client, "Mailbox", state);
    const ids = [...changes.created, ...changes.updated];
    const next = new Map(mailboxes.value);
    for (const id of changes.destroyed) next.delete(id);
    if (ids.length > 0) {
      const answer = await client.call<GetResponse<Mailbox>>("Mailbox/get", { ids });
      for (const mailbox of answer.list) next.set(mailbox.id, mailbox);
    }
    state = changes.newState;
    mailboxes.value = next;
  } catch (error) {
    if (!(error instanceof MethodError)) throw error;
    await loadMailboxes();
  }
}

/** Moves counts before the server has told the new ones. */
export function adjustCounts(changes: ReadonlyMap<Id, { total: number; unread: number }>): void {
  const next = new Map(mailboxes.value);
  for (const [id, change] of changes) {
    const mailbox = next.get(id);
    if (!mailbox) continue;
    next.set(id, {
      ...mailbox,
      totalEmails: Math.max(0, mailbox.totalEmails + change.total),
      unreadEmails: Math.max(0, mailbox.unreadEmails + change.unread),
    });
  }
  mailboxes.value = next;
}
