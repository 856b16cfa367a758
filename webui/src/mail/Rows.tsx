import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Id } from "../jmap";
import { Button } from "../ui/Button";
import { whenIdle } from "../ui/idle";
import { Later } from "../ui/later";
import { Skeleton } from "../ui/Skeleton";
import { dayHeading } from "./format";
import { MessageRow } from "./MessageRow";
import { mailboxName } from "./names";
import { Headings, Places } from "./places";
import { useRowGestures } from "./rowGestures";
import { email } from "./store/emails";
import type { EmailList } from "./store/list";
import { pageSize } from "./store/positions";
import { cursor, tabStop } from "./store/selection";
import { currentMailbox, quickFilter } from "./view";

const rowHeights = { tall: 84, flat: 48 };
const flatFrom = 640;
/** Rows out of sight that exist all the same: more of them where one is going. */
const overscan = { ahead: 8, behind: 3 };
/** Rows that are fetched before they are needed. */
const lookAhead = 40;
const lookBehind = 20;
/** Whoever drags the scrollbar through a long list fetches where it comes to rest. */
const restBefore = 60;
/** Longer than a frame takes on an old machine: while one scrolls, the tab stop stays where it is. */
const tabStopAfter = 200;

/** Where rows will be. */
export function NoRows({ children }: { children: ComponentChildren }) {
  const scroller = useRef<HTMLDivElement>(null);
  useSize(scroller);
  return (
    <div ref={scroller} class="list-scroll">
      {children}
    </div>
  );
}

/** The rows of a list of any length, of which only those in view exist. */
export function Rows({ list }: { list: EmailList }) {
  const scroller = useRef<HTMLDivElement>(null);
  const total = list.total.value;
  const version = list.version.value;
  const size = useSize(scroller);
  const height = size?.flat ? rowHeights.flat : rowHeights.tall;
  const [headings] = useState(() => new Headings(pageSize, (id) => email(id).peek()?.receivedAt));
  const places = useMemo(() => new Places(height, headings.of(list.pages)), [list, version, height]);
  const { first, last, eye, held, painted, showRow } = useWindow(scroller, list, places, total ?? 0, size?.height ?? 0);
  useFetching(list, first, last, eye, painted);
  useCursorInView(list, showRow, scroller, size !== null);
  useTabStop(list, first, last, eye);
  useRowGestures(scroller);

  const shown: number[] = [];
  if (size && total) for (let row = first; row <= last; row += 1) shown.push(row);
  if (held !== null && held < first) shown.unshift(held);
  if (held !== null && held > last && total && held < total) shown.push(held);
  const seen = new Set<Id>();

  return (
    <div ref={scroller} class={`list-scroll ${size?.flat ? "list-flat" : ""}`}>
      {total === null && (list.failed.value ? <Failed list={list} /> : <Skeleton lines={8} label={t("ui.loading")} />)}
      {total === 0 && <Empty />}
      {total !== null && total > 0 && (
        <ul class="rows" style={{ height: `${places.top(total)}px` }} aria-label={t("list.messages")}>
          {shown.map((row) => {
            const id = list.at(row);
            // While pages come in again, a message may stand in two of them for a moment.
            const key = id === undefined || seen.has(id) ? row : id;
            if (id !== undefined) seen.add(id);
            return (
              <Place
                key={key}
                id={id}
                list={list}
                row={row}
                total={total}
                top={places.top(row)}
                height={places.size(row)}
                headed={places.hasHeading(row)}
              />
            );
          })}
        </ul>
      )}
    </div>
  );
}

type PlaceProps = {
  id: Id | undefined;
  list: EmailList;
  row: number;
  total: number;
  top: number;
  height: number;
  headed: boolean;
};

/** Where a row stands. Drawn again only when that has changed: a step of scrolling costs the rows that it brings. */
class Place extends Component<PlaceProps> {
  override shouldComponentUpdate(next: PlaceProps): boolean {
    return (Object.keys(next) as (keyof PlaceProps)[]).some((key) => next[key] !== this.props[key]);
  }

  override render({ id, list, row, total, top, height, headed }: PlaceProps) {
    return (
      <li
        class="row-place"
        aria-setsize={total}
        aria-posinset={row + 1}
        style={{ top: `${top}px`, height: `${height}px` }}
      >
        {headed && id !== undefined && <Heading id={id} />}
        {id === undefined ? <div class="row-blank" /> : <MessageRow id={id} list={list} first={row === 0} />}
      </li>
    );
  }
}

/** The day of the row and of those that follow. */
function Heading({ id }: { id: Id }) {
  const time = email(id).value?.receivedAt;
  return time === undefined ? null : <h2 class="row-heading">{dayHeading(time)}</h2>;
}

type Size = { height: number; flat: boolean };

/** The room that there was last: asking would lay out the page before its rows are in it. */
let latest: Size | null = null;

/** How much room there is; null until the page has been laid out once. */
function useSize(scroller: { current: HTMLElement | null }): Size | null {
  const [size, setSize] = useState(latest);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      // Rows that are rehearsed stand nowhere.
      if (!element.isConnected) return;
      const height = element.clientHeight;
      const flat = element.clientWidth >= flatFrom;
      if (latest?.height !== height || latest.flat !== flat) latest = { height, flat };
      setSize(latest);
    };
    if (!latest) measure();
    // Its first word comes before anything is painted.
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/**
 * Which rows exist, by what is in view. The eye rests on the topmost row: when rows or headings come or go above it,
 * the scroller follows, so that it stays where it is.
 */
function useWindow(
  scroller: { current: HTMLElement | null },
  list: EmailList,
  places: Places,
  total: number,
  height: number,
) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const state = useRef({
    ...{ places, total, height, eye: 0, eyeTop: 0, top: 0, back: false, first: 0, last: -1 },
    /** The rows out of sight come when those in view are on the screen. */
    painted: false,
  }).current;
  const held = useRef<number | null>(null);
  const range = () => {
    const top = state.places.top(state.eye) + state.top - state.eyeTop;
    const { ahead, behind } = state.painted ? overscan : { ahead: 0, behind: 0 };
    return {
      first: Math.max(0, state.eye - (state.back ? ahead : behind)),
      last: Math.min(state.total - 1, state.places.rowAt(top + state.height) + (state.back ? behind : ahead)),
    };
  };
  Object.assign(state, { places, total, height });
  Object.assign(state, range());

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = () => {
      const top = element.scrollTop;
      if (top !== state.top) state.back = top < state.top;
      state.painted = true;
      state.top = top;
      state.eye = state.places.rowAt(top);
      state.eyeTop = state.places.top(state.eye);
      const { first, last } = range();
      if (first === state.first && last === state.last) return;
      // The row with the focus stays even when it leaves: the focus must not fall out of the list.
      const place = document.activeElement?.closest(".row-place");
      held.current = place && element.contains(place) ? Number(place.getAttribute("aria-posinset")) - 1 : null;
      draw(undefined as never);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, []);

  const drawn = total > 0 && height > 0;
  useEffect(() => {
    state.painted = false;
    if (!drawn) return;
    return whenIdle(() => {
      state.painted = true;
      draw(undefined as never);
    });
  }, [drawn]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const by = places.top(state.eye) - state.eyeTop;
    if (!element || by === 0) return;
    state.eyeTop += by;
    element.scrollTop += by;
    state.top = element.scrollTop;
  });

  useLayoutEffect(() => {
    list.onShift = (rows) => {
      state.eye = Math.max(0, state.eye + rows);
      draw(undefined as never);
    };
    return () => {
      list.onShift = null;
    };
  }, [list]);

  /** Scrolls no further than it takes to see the whole of a row. */
  const showRow = (row: number) => {
    const element = scroller.current;
    if (!element) return;
    const top = state.places.top(row);
    const bottom = top + state.places.size(row);
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + state.height) element.scrollTop = bottom - state.height;
  };
  return { first: state.first, last: state.last, eye: state.eye, held: held.current, painted: state.painted, showRow };
}

/** Fetches what comes into view and, once that is on the screen, what is about to. */
function useFetching(list: EmailList, first: number, last: number, eye: number, painted: boolean): void {
  const before = useRef({ first: 0, last: 0, jumped: 0 });
  useLayoutEffect(() => {
    const [behind, ahead] = painted ? [lookBehind, lookAhead] : [0, 0];
    // An empty list has no last row, and is asked all the same whether it still is.
    const show = () => void list.show(Math.max(0, first - behind), Math.max(first, last + ahead), eye);
    const leapt = first > before.current.last || last < before.current.first;
    const again = leapt && Date.now() - before.current.jumped < 2 * restBefore;
    before.current = { first, last, jumped: leapt ? Date.now() : before.current.jumped };
    if (!again) return show();
    const timer = setTimeout(show, restBefore);
    return () => clearTimeout(timer);
  }, [list, first, last, painted]);
}

/** Scrolls to the cursor when it moves, and puts the focus there when the focus is in the list. */
function useCursorInView(
  list: EmailList,
  showRow: (row: number) => void,
  scroller: { current: HTMLDivElement | null },
  ready: boolean,
) {
  const at = cursor.value;
  useEffect(() => {
    if (at === null || !ready) return;
    const row = list.indexOf(at);
    if (row < 0) return;
    showRow(row);
    const isOurs = () => document.activeElement === document.body || scroller.current?.contains(document.activeElement);
    if (!isOurs()) return;
    // A row far away is there only when scrolling to it has been drawn; by then the keys may be wanted elsewhere.
    let frames = 10;
    let frame = requestAnimationFrame(function focus() {
      if (!isOurs()) return;
      const link = scroller.current?.querySelector<HTMLElement>(".row-cursor .row-link");
      if (link) link.focus({ preventScroll: true });
      else if (--frames > 0) frame = requestAnimationFrame(focus);
    });
    return () => cancelAnimationFrame(frame);
  }, [at, ready]);
}

/** When scrolling has come to rest, Tab must find a row that exists. */
function useTabStop(list: EmailList, first: number, last: number, eye: number): void {
  const at = cursor.value;
  const state = useRef({ list, eye });
  state.current = { list, eye };
  const [rest] = useState(
    () =>
      new Later(() => {
        tabStop.value = state.current.list.at(state.current.eye) ?? null;
      }),
  );
  useLayoutEffect(() => () => rest.stop(), []);
  // In the frame itself: an effect after it would cost each step of scrolling a timer and a callback.
  useLayoutEffect(() => {
    const row = at === null ? -1 : list.indexOf(at);
    if (row >= first && row <= last) {
      rest.stop();
      tabStop.value = at;
    } else rest.in(tabStopAfter);
  }, [list, at, first, last]);
}

function Empty() {
  const mailbox = currentMailbox.value;
  if (!mailbox) return <p class="list-empty">{t("search.nothing")}</p>;
  if (quickFilter.value !== "all") return <p class="list-empty">{t("list.nothingSo")}</p>;
  return <p class="list-empty">{t("list.empty", { folder: mailboxName(mailbox) })}</p>;
}

function Failed({ list }: { list: EmailList }) {
  return (
    <div class="list-empty">
      <p>{t("list.failed")}</p>
      <Button onClick={() => void list.refresh()}>{t("ui.retry")}</Button>
    </div>
  );
}
