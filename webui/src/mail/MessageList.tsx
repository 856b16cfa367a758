import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { SearchChips } from "../search/SearchChips";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";
import { useVirtual } from "../ui/useVirtual";
import { dayHeading } from "./format";
import { ListBar } from "./ListBar";
import "./MessageList.css";
import { MessageRow } from "./MessageRow";
import { mailboxName } from "./names";
import { email } from "./store/emails";
import type { EmailList } from "./store/list";
import { mailboxesLoaded } from "./store/mailboxes";
import { cursor } from "./store/selection";
import { currentList, currentMailbox, quickFilter } from "./view";

const headingHeight = 36;
const rowHeights = { tall: 84, flat: 48 };
const flatFrom = 640;
/** Rows out of sight that are fetched all the same, so that scrolling finds them there. */
const lookAhead = 40;
const lookBehind = 20;

export function MessageList() {
  const list = currentList.value;
  return (
    <section class="list" aria-label={t("list.title")}>
      <ListBar />
      <SearchChips />
      {list ? <Rows key={JSON.stringify(list.query)} list={list} /> : <NoFolder />}
    </section>
  );
}

function NoFolder() {
  if (!mailboxesLoaded.value) return <Skeleton lines={8} label={t("ui.loading")} />;
  return <p class="list-empty">{t("list.noFolder")}</p>;
}

function Rows({ list }: { list: EmailList }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [flat, setFlat] = useState(false);
  const total = list.total.value;
  const version = list.version.value;
  const height = flat ? rowHeights.flat : rowHeights.tall;
  const virtual = useVirtual({
    count: total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setFlat(element.clientWidth >= flatFrom));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => virtual.measure(), [virtual, height]);

  // A row that begins a day is taller by its heading.
  useLayoutEffect(() => {
    for (const item of virtual.getVirtualItems()) {
      const size = height + (headingAt(list, item.index) === null ? 0 : headingHeight);
      if (item.size !== size) virtual.resizeItem(item.index, size);
    }
  });

  useEffect(() => {
    void list.show(Math.max(0, first - lookBehind), last + lookAhead);
  }, [list, first, last]);

  useEffect(() => {
    list.onShift = (rows) => {
      if (scroller.current) scroller.current.scrollTop += rows * height;
    };
    return () => {
      list.onShift = null;
    };
  }, [list, height]);

  useCursorInView(list, virtual.scrollToIndex, scroller);

  if (total === null && list.failed.value) return <Failed list={list} />;
  return (
    <div ref={scroller} class={`list-scroll ${flat ? "list-flat" : ""}`} data-version={version}>
      {total === null && <Skeleton lines={8} label={t("ui.loading")} />}
      {total === 0 && <Empty />}
      {total !== null && total > 0 && (
        <ul class="rows" style={{ height: `${virtual.getTotalSize()}px` }} aria-label={t("list.messages")}>
          {items.map((item) => {
            const id = list.at(item.index);
            return (
              <li
                key={id ?? item.index}
                class="row-place"
                aria-setsize={total}
                aria-posinset={item.index + 1}
                style={{ transform: `translateY(${item.start}px)`, height: `${item.size}px` }}
              >
                <Heading text={headingAt(list, item.index)} />
                {id === undefined ? (
                  <div class="row-blank" />
                ) : (
                  <MessageRow id={id} list={list} first={item.index === 0} />
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

function Heading({ text }: { text: string | null }) {
  return text === null ? null : <h2 class="row-heading">{text}</h2>;
}

/** The day heading above a row, or null when the row above is of the same day (or not known yet). */
function headingAt(list: EmailList, index: number): string | null {
  const id = list.at(index);
  const value = id === undefined ? undefined : email(id).value;
  if (!value) return null;
  const heading = dayHeading(value.receivedAt);
  if (index === 0) return heading;
  const above = list.at(index - 1);
  const aboveValue = above === undefined ? undefined : email(above).value;
  if (!aboveValue) return null;
  return dayHeading(aboveValue.receivedAt) === heading ? null : heading;
}

/** Scrolls to the cursor when it moves, and puts the focus there when the focus is in the list. */
function useCursorInView(
  list: EmailList,
  scrollTo: (index: number, options: { align: "auto" }) => void,
  scroller: { current: HTMLDivElement | null },
) {
  const at = useComputed(() => cursor.value);
  useEffect(() => {
    if (at.value === null) return;
    const index = list.indexOf(at.value);
    if (index < 0) return;
    scrollTo(index, { align: "auto" });
    const active = document.activeElement;
    if (active !== document.body && !scroller.current?.contains(active)) return;
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(".row-cursor .row-link")?.focus({ preventScroll: true });
    });
  }, [at.value]);
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
