import { computed, signal } from "@preact/signals";
import type { Id } from "../../jmap";
import type { EmailList } from "./list";

/** The rows that are ticked. */
export const selected = signal<ReadonlySet<Id>>(new Set());
/** The row that the keyboard is on; it need not be ticked nor open. */
export const cursor = signal<Id | null>(null);
export const selecting = computed(() => selected.value.size > 0);

let anchor: Id | null = null;

export function toggle(id: Id): void {
  const next = new Set(selected.value);
  if (!next.delete(id)) next.add(id);
  selected.value = next;
  anchor = id;
}

/** Ticks every row from the last one touched to `id`. */
export function extend(list: EmailList, id: Id): void {
  const from = anchor === null ? -1 : list.indexOf(anchor);
  const to = list.indexOf(id);
  if (from < 0 || to < 0) {
    toggle(id);
    return;
  }
  const next = new Set(selected.value);
  for (let at = Math.min(from, to); at <= Math.max(from, to); at += 1) {
    const between = list.at(at);
    if (between !== undefined) next.add(between);
  }
  selected.value = next;
}

export function selectAll(list: EmailList): void {
  selected.value = new Set(list.known());
}

/** Ticks the whole result, rows that were never in view too. */
export async function selectEvery(list: EmailList): Promise<void> {
  const before = selected.value;
  const ids = await list.everyId();
  // Whoever changed the selection meanwhile meant something else.
  if (selected.value === before) selected.value = new Set(ids);
}

export function clearSelection(): void {
  if (selected.value.size > 0) selected.value = new Set();
  anchor = null;
}

export function deselect(ids: Iterable<Id>): void {
  const next = new Set(selected.value);
  for (const id of ids) next.delete(id);
  if (next.size !== selected.value.size) selected.value = next;
}
