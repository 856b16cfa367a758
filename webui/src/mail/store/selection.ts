import { computed, signal } from "@preact/signals";
import type { Id } from "../../jmap";
import type { EmailList } from "./list";

/** The rows that are ticked. */
export const selected = signal<ReadonlySet<Id>>(new Set());
/** The row that the keyboard is on; it need not be ticked nor open. */
export const cursor = signal<Id | null>(null);
/** The row that Tab leads to: the cursor's when that is in view, else the topmost in view; null: the first. */
export const tabStop = signal<Id | null>(null);
export const selecting = computed(() => selected.value.size > 0);

/** A range goes from `anchor` to `end`; what was ticked besides stays when it is drawn out further or back again. */
let range: { anchor: Id; end: Id; besides: ReadonlySet<Id> } | null = null;

export function toggle(id: Id): void {
  const next = new Set(selected.value);
  if (!next.delete(id)) next.add(id);
  selected.value = next;
  range = { anchor: id, end: id, besides: next };
}

/** Ticks every row from the last one touched, or failing that from `from`, to `id`. */
export function extend(list: EmailList, id: Id, from: Id | null): Promise<void> {
  if (!range || list.indexOf(range.anchor) < 0) beginRange(from ?? id);
  return drawOut(list, id);
}

/** The same by the keyboard: a range that the cursor has left is done, and a new one begins at the cursor. */
export function extendFromCursor(list: EmailList, id: Id): Promise<void> {
  const from = cursor.peek() ?? id;
  if (range?.end !== from || list.indexOf(range.anchor) < 0) beginRange(from);
  return drawOut(list, id);
}

function beginRange(anchor: Id): void {
  range = { anchor, end: anchor, besides: selected.peek() };
}

async function drawOut(list: EmailList, id: Id): Promise<void> {
  const drawn = range;
  if (!drawn) return;
  drawn.end = id;
  const tick = (between: readonly Id[]) => {
    selected.value = new Set([...drawn.besides, drawn.anchor, ...between, id]);
  };
  const between = list.between(list.indexOf(drawn.anchor), list.indexOf(id));
  if (Array.isArray(between)) return tick(between);
  // Rows that nobody has looked at: their ids come from the server, and count when nothing else was meant meanwhile.
  tick([]);
  const before = selected.value;
  const ids = await between;
  if (selected.value === before) tick(ids);
}

export function selectAll(list: EmailList): void {
  selected.value = new Set(list.known());
  range = null;
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
  range = null;
}

export function deselect(ids: Iterable<Id>): void {
  const next = new Set(selected.value);
  for (const id of ids) next.delete(id);
  if (next.size !== selected.value.size) selected.value = next;
  range = null;
}
