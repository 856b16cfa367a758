import { failed } from "./actions";
import { cursorTo, moveCursor } from "./commands";
import { selectAll, selectEvery } from "./store/selection";
import { currentList } from "./view";

type Move = (event: KeyboardEvent) => Promise<void>;

const moves: Record<string, Move> = {
  ArrowDown: ({ shiftKey }) => moveCursor(1, shiftKey),
  ArrowUp: ({ shiftKey }) => moveCursor(-1, shiftKey),
  PageDown: ({ shiftKey }) => moveCursor(rowsInView(), shiftKey),
  PageUp: ({ shiftKey }) => moveCursor(-rowsInView(), shiftKey),
  Home: ({ shiftKey }) => cursorTo(0, shiftKey),
  End: ({ shiftKey }) => cursorTo(Number.POSITIVE_INFINITY, shiftKey),
};

/** The keys of any list, while the focus is in ours or nowhere; with Shift they tick what lies between. */
export function listKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.altKey || event.isComposing || !isInList()) return false;
  const all = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "a";
  const move = event.ctrlKey || event.metaKey ? undefined : moves[event.key];
  if (!all && !move) return false;
  event.preventDefault();
  void (all ? everyRow() : move?.(event))?.catch(failed);
  return true;
}

function isInList(): boolean {
  if (!currentList.peek() || !document.querySelector(".list-scroll")) return false;
  const active = document.activeElement;
  return active === document.body || active === null || active.closest(".list-scroll") !== null;
}

/** Everything in the folder or search: what is here at once, the rest when its ids have come. */
async function everyRow(): Promise<void> {
  const list = currentList.peek();
  if (!list) return;
  selectAll(list);
  if (list.known().length < (list.total.peek() ?? 0)) await selectEvery(list);
}

function rowsInView(): number {
  const scroller = document.querySelector(".list-scroll");
  const row = scroller?.querySelector(".row")?.clientHeight ?? 0;
  return scroller && row > 0 ? Math.max(1, Math.floor(scroller.clientHeight / row) - 1) : 1;
}
