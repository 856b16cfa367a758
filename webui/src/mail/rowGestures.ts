import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import type { Id } from "../jmap";
import { Later } from "../ui/later";
import { archive, setSeen } from "./actions";
import { rowUnread } from "./commands";
import { startDrag } from "./drag";
import { prefetch } from "./prefetch";
import { selected } from "./store/selection";

const restBefore = 80;
/** Rows that pass under a pointer that lies still are not rested on. */
const restAfterScroll = 200;
const swipeBy = 88;

/** The row that the pointer rests on: its quick actions are there, and what it says is fetched. */
export const rested = signal<Id | null>(null);

const rowOf = (event: Event) => (event.target as Element).closest<HTMLElement>(".row[data-id]");

/** Pointer, drag and finger on the rows: heard once for all of them, and never in the way of scrolling. */
export function useRowGestures(scroller: { current: HTMLElement | null }): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const stops = [listen(element, pointer()), listen(element, { dragstart: drag }), listen(element, swipe())];
    return () => {
      for (const stop of stops) stop();
      rested.value = null;
    };
  }, []);
}

type Listeners = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

function listen(element: HTMLElement, listeners: Listeners): () => void {
  const all = Object.entries(listeners) as [string, EventListener][];
  for (const [name, run] of all) element.addEventListener(name, run, { passive: true });
  return () => {
    for (const [name, run] of all) element.removeEventListener(name, run);
  };
}

/** A pointer that rests on a row is likely to press it; one that passes, or rows that pass under it, are let go by. */
function pointer(): Listeners {
  let over: Id | null = null;
  let scrolledAt = Number.NEGATIVE_INFINITY;
  const rest = new Later(() => {
    rested.value = over;
    if (over !== null) void prefetch(over);
  });
  const wait = () => {
    rested.value = null;
    if (over === null) rest.stop();
    else rest.in(Math.max(restBefore, scrolledAt + restAfterScroll - performance.now()));
  };
  const comes = (id: Id | null) => {
    if (id === over) return;
    over = id;
    wait();
  };
  return {
    scroll: () => {
      scrolledAt = performance.now();
      if (over !== null) wait();
    },
    pointerover: (event) => event.pointerType !== "touch" && comes(rowOf(event)?.dataset.id ?? null),
    pointerleave: () => comes(null),
    pointerdown: (event) => {
      const id = rowOf(event)?.dataset.id;
      if (id !== undefined && event.button === 0) void prefetch(id);
    },
  };
}

function drag(event: DragEvent): void {
  const id = rowOf(event)?.dataset.id;
  if (id === undefined) return;
  const rows = selected.peek().has(id) ? [...selected.peek()] : [id];
  startDrag(event, rows, t("list.dragged", { count: rows.length }));
}

/** Drags a row aside with a finger; past the threshold, letting go acts. */
function swipe(): Listeners {
  let start: { x: number; y: number; row: HTMLElement; decided: boolean } | null = null;
  const place = (row: HTMLElement, by: number) => {
    row.style.transform = by === 0 ? "" : `translateX(${by}px)`;
    row.classList.toggle("row-swiped", by !== 0);
    row.parentElement?.classList.toggle("row-place-swiped", by !== 0);
  };
  return {
    touchstart: (event) => {
      const touch = event.touches[0];
      const row = rowOf(event);
      start =
        touch && row && event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY, row, decided: false } : null;
    },
    touchmove: (event) => {
      const touch = event.touches[0];
      if (!start || !touch) return;
      const x = touch.clientX - start.x;
      const y = touch.clientY - start.y;
      if (!start.decided) {
        if (Math.abs(y) > 8 && Math.abs(y) >= Math.abs(x)) start = null;
        if (!start || Math.abs(x) < 12) return;
        start.decided = true;
      }
      place(start.row, x);
    },
    touchend: (event) => {
      const from = start;
      const touch = event.changedTouches[0];
      start = null;
      if (!from) return;
      place(from.row, 0);
      const id = from.row.dataset.id;
      if (!from.decided || !touch || id === undefined) return;
      const x = touch.clientX - from.x;
      if (x > swipeBy) void setSeen([id], rowUnread(id));
      else if (x < -swipeBy) void archive([id]);
    },
    touchcancel: () => {
      if (start) place(start.row, 0);
      start = null;
    },
  };
}
