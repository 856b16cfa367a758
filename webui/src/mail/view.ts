import { computed, signal } from "@preact/signals";
import { conversations } from "../app/preferences";
import { box, route, searchQuery } from "../app/router";
import type { Comparator, Filter, FilterCondition, Id, Mailbox } from "../jmap";
import { filterOf } from "../search/filter";
import { unread } from "../search/query";
import { email } from "./store/emails";
import { EmailList } from "./store/list";
import { mailboxOf, mailboxWithRole } from "./store/mailboxes";

const newestFirst: Comparator[] = [{ property: "receivedAt", isAscending: false }];

/** Shows only what is unread or flagged, within the folder in view. */
export type QuickFilter = "all" | "unread" | "flagged";
export const quickFilter = signal<QuickFilter>("all");

/** The folder in view; null in a search or in the settings. */
export const currentMailbox = computed<Mailbox | null>(() => {
  return box.value === null ? null : (mailboxOf(box.value) ?? null);
});

const lists = new Map<string, EmailList>();
const mostLists = 12;

const soonestFirst: Comparator[] = [{ property: "receivedAt", isAscending: true }];

function listFor(filter: Filter, collapseThreads: boolean, sort = newestFirst): EmailList {
  const query = { filter, sort, collapseThreads };
  const key = JSON.stringify(query);
  const found = lists.get(key) ?? new EmailList(query);
  lists.delete(key);
  lists.set(key, found);
  const oldest = lists.keys().next().value;
  if (lists.size > mostLists && oldest !== undefined) lists.delete(oldest);
  return found;
}

const single = new Set(["drafts", "scheduled", "trash", "junk"]);

const currentMailboxId = computed(() => currentMailbox.value?.id ?? null);

const currentRole = computed(() => currentMailbox.value?.role ?? null);

/**
 * The list of a folder as the page shows it. Drafts, what waits to be sent and what goes for good are single messages,
 * everything else conversations when these are wanted.
 */
export function folderList(id: Id, role: string | null): EmailList {
  return listFor(
    quickly(quickFilter.value, { inMailbox: id }),
    conversations.value && !single.has(role ?? ""),
    role === "scheduled" ? soonestFirst : newestFirst,
  );
}

function quickly(wanted: QuickFilter, folder: FilterCondition): Filter {
  if (wanted === "flagged") return { ...folder, hasKeyword: "$flagged" };
  if (wanted === "unread") return unread(folder);
  return folder;
}

/** What the list shows: the folder or the search of the page's address. */
export const currentList = computed<EmailList | null>(() => {
  if (searchQuery.value !== null) return listFor(filterOf(searchQuery.value), conversations.value);
  const id = currentMailboxId.value;
  return id === null ? null : folderList(id, currentRole.value);
});

export const collapsed = computed(() => currentList.value?.query.collapseThreads ?? false);

/** The id of the message that is open. */
export const openId = computed<Id | null>(() => (route.value.page === "settings" ? null : route.value.email));

export const openThread = computed<Id | null>(() => (openId.value && email(openId.value).value?.threadId) ?? null);

/**
 * Lists that are kept are told that something has changed; the one in view asks at once. When nothing has `moved`,
 * a folder's list is what it was: only searches and filters can have other results.
 */
export function refreshLists(moved = true): void {
  const current = currentList.peek();
  for (const [key, list] of lists) {
    if (!moved && list.isWholeFolder) continue;
    if (list === current) void list.refresh();
    else lists.delete(key);
  }
}

export function isRole(role: string): boolean {
  const id = currentMailboxId.value;
  return id !== null && mailboxWithRole(role as never)?.id === id;
}
