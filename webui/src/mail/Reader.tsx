import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { layout } from "../app/layout";
import { conversations, readerPlace } from "../app/preferences";
import { t } from "../i18n";
import type { EmailHeader, Id } from "../jmap";
import { Skeleton } from "../ui/Skeleton";
import { useStateOf } from "../ui/useStateOf";
import { setSeenOf } from "./actions";
import { MessageView } from "./MessageView";
import "./Reader.css";
import { prefetchNeighbours } from "./prefetch";
import { ReaderBar } from "./ReaderBar";
import { email, fetchEmails, fetchThreads, isKnown, isUnread, thread } from "./store/emails";
import { mailboxWithRole } from "./store/mailboxes";
import { collapsed, currentMailbox } from "./view";

/**
 * A conversation as a stack, oldest first, newest open; or one message when conversations are off. The next to be opened
 * is written into the same elements: to build them again, the frame of HTML above all, takes an old machine long.
 */
export function Reader({ id }: { id: Id }) {
  const [gone, setGone] = useStateOf(id, () => false);
  const head = email(id).value;
  useEffect(() => {
    void ensure(id).then(
      (found) => setGone(!found),
      () => undefined,
    );
  }, [id]);
  if (!head)
    return gone ? <p class="mail-nothing">{t("reader.gone")}</p> : <Skeleton lines={6} label={t("ui.loading")} />;
  return <Stack head={head} />;
}

async function ensure(id: Id): Promise<boolean> {
  if (!isKnown(id)) await fetchEmails([id]);
  const head = email(id).peek();
  if (!head) return false;
  const members = thread(head.threadId).peek();
  if (!members?.every(isKnown)) await fetchThreads([head.threadId]);
  return true;
}

/** The messages of the stack: all of the thread but what lies in the bin or in junk, unless one is there. */
function members(head: EmailHeader): EmailHeader[] {
  if (!conversations.value || (currentMailbox.value && !collapsed.value)) return [head];
  const here = currentMailbox.value?.role;
  const hidden = (["trash", "junk"] as const)
    .filter((role) => role !== here)
    .map((role) => mailboxWithRole(role)?.id ?? "");
  const found = (thread(head.threadId).value ?? [head.id])
    .map((id) => email(id).value)
    .filter((value): value is EmailHeader => value !== undefined)
    .filter((value) => value.id === head.id || !hidden.some((id) => value.mailboxIds[id]));
  return found.length > 0 ? found : [head];
}

function Stack({ head }: { head: EmailHeader }) {
  const messages = members(head);
  const [open, setOpen] = useStateOf(head.id, () => initiallyOpen(messages));
  const scroller = useRef<HTMLElement>(null);
  const scrolled = useRef(false);
  const newest = messages[messages.length - 1];
  // Beside the list the folder is the page's heading; alone, the subject is.
  const Heading = layout.value === "wide" && readerPlace.value !== "off" ? "h2" : "h1";

  // Those that came while the stack was open, or were unknown when it opened.
  const unread = messages.filter((value) => isUnread(value));
  const unreadKey = unread.map(({ id }) => id).join();
  useEffect(() => {
    if (unread.length > 0) {
      // The same set would draw all of it again.
      if (unread.some(({ id }) => !open.has(id))) setOpen(new Set([...open, ...unread.map(({ id }) => id)]));
      void setSeenOf(unread, true, null).catch(() => undefined);
    }
  }, [unreadKey]);

  useLayoutEffect(() => {
    // One alone is in its place; asking would cost a layout.
    if (scrolled.current && scroller.current) scroller.current.scrollTop = 0;
    scrolled.current = false;
    if (messages.length > 1) scroller.current?.querySelector(".message-open")?.scrollIntoView({ block: "nearest" });
  }, [head.id]);

  useEffect(() => {
    // The list has gone, and what had the focus with it.
    if (Heading === "h1" && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
    prefetchNeighbours(head.id);
  }, [head.id]);

  return (
    <>
      <ReaderBar head={head} />
      <section
        ref={scroller}
        class="reader-scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
        tabIndex={0}
        aria-label={t("reader.title")}
        onScroll={() => {
          scrolled.current = true;
        }}
      >
        <Heading class="reader-subject">{head.subject || t("mail.noSubject")}</Heading>
        {messages.map((value) => (
          <MessageView
            key={value === newest ? "newest" : value.id}
            value={value}
            open={open.has(value.id) || messages.length === 1}
            alone={messages.length === 1}
            newest={value === newest}
            onToggle={() => {
              const next = new Set(open);
              if (!next.delete(value.id)) next.add(value.id);
              setOpen(next);
            }}
          />
        ))}
      </section>
    </>
  );
}

function initiallyOpen(messages: readonly EmailHeader[]): ReadonlySet<Id> {
  const open = new Set(messages.filter((value) => isUnread(value)).map(({ id }) => id));
  const newest = messages[messages.length - 1];
  if (newest) open.add(newest.id);
  return open;
}
