import { useComputed } from "@preact/signals";
import { Archive, Clock, Flag, Mail, MailOpen, Paperclip, Reply, Send, Trash2, TriangleAlert, Undo2 } from "lucide";
import { pathOf, route } from "../app/router";
import { t } from "../i18n";
import type { EmailHeader, Id } from "../jmap";
import { Avatar } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { archive, failed, setFlagged, setSeen } from "./actions";
import { deleteLabel, deleteRows, openRow, rowUnread } from "./commands";
import { displayName, shortTime } from "./format";
import "./MessageRow.css";
import { face, people } from "./people";
import { rested } from "./rowGestures";
import { rowText } from "./Snippet";
import { email, thread } from "./store/emails";
import type { EmailList } from "./store/list";
import { isScheduled, isSent } from "./store/mailboxes";
import { cursor, extend, selected, selecting, tabStop, toggle } from "./store/selection";
import { type Trouble, troubles } from "./store/troubles";
import { currentMailbox, openId, openThread } from "./view";

type Props = { id: Id; list: EmailList; first: boolean };

/**
 * One row: who, what, when, and marks that do not rest on colour alone. Its parts are functions and no components of
 * their own: rows are what a screen has most of, and each component costs.
 */
export function MessageRow({ id, list, first }: Props) {
  const value = email(id).value;
  const unread = rowUnread(id);
  // One value that changes only when this row looks different: the cursor's way must not draw every row again.
  const look = useComputed(() => {
    const classes = ["row"];
    if (selected.value.has(id)) classes.push("row-ticked");
    if (cursor.value === id || (cursor.value === null && first)) classes.push("row-cursor");
    if (tabStop.value === null ? first : tabStop.value === id) classes.push("row-stop");
    if (isOpen(email(id).value, list)) classes.push("row-open");
    if (selecting.value) classes.push("row-selecting");
    if (rested.value === id) classes.push("row-rested");
    return classes.join(" ");
  }).value;
  if (!value) return <div class="row-blank" />;
  const ticked = look.includes("row-ticked");
  const reachable = look.includes("row-stop");
  const open = look.includes("row-open");
  const now = route.peek();

  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || selecting.peek()) {
      event.preventDefault();
      tick(event, list, id);
      return;
    }
    if (event.button !== 0) return;
    event.preventDefault();
    openRow(id);
  };

  return (
    <div class={unread ? `${look} row-unread` : look} data-id={id} draggable>
      {tickOf({ id, value, list, ticked, reachable })}
      <a
        class="row-link"
        href={now.page === "settings" ? undefined : pathOf({ ...now, email: id })}
        tabIndex={reachable ? 0 : -1}
        aria-current={open ? "true" : undefined}
        draggable={false}
        onMouseDown={(event) => {
          // A range begins where the cursor is: the press must not take it along, nor select text.
          if (event.shiftKey) event.preventDefault();
        }}
        onClick={onClick}
        onFocus={() => {
          cursor.value = id;
        }}
      >
        {unread && (
          <span class="row-dot">
            <span class="hidden-label">{t("list.unread")}</span>
          </span>
        )}
        <span class="row-people">
          <span class="ellipsis">{people(value, list.query.collapseThreads)}</span>
          {countOf(value, list)}
        </span>
        <span class="row-subject ellipsis">
          {value.keywords.$answered && <Icon of={Reply} size={14} />}
          {rowText(id, "subject", value.subject || t("mail.noSubject"))}
        </span>
        <span class="row-preview ellipsis">{rowText(id, "preview", value.preview)}</span>
        <time class="row-time" dateTime={value.receivedAt}>
          {shortTime(value.receivedAt)}
        </time>
        {marksOf(value, troubleOf(value, list))}
      </a>
      {look.includes("row-rested") && <QuickActions id={id} value={value} unread={unread} />}
    </div>
  );
}

function tick(event: MouseEvent, list: EmailList, id: Id): void {
  if (event.shiftKey) void extend(list, id, cursor.peek() ?? openId.peek()).catch(failed);
  else toggle(id);
  cursor.value = id;
}

function isOpen(value: EmailHeader | undefined, list: EmailList): boolean {
  if (openId.value === null || !value) return false;
  if (openId.value === value.id) return true;
  return list.query.collapseThreads && openThread.value === value.threadId;
}

function countOf(value: EmailHeader, list: EmailList) {
  if (!list.query.collapseThreads) return null;
  const count = thread(value.threadId).value?.length ?? 1;
  if (count < 2) return null;
  return (
    <span class="row-count">
      {count}
      <span class="hidden-label"> {t("list.inThread", { count })}</span>
    </span>
  );
}

/** What became of a sent message, or of any other of its thread, when that is not well. */
function troubleOf(value: EmailHeader, list: EmailList): Trouble | null {
  if (!isSent(value)) return null;
  const all = troubles.value;
  if (all.size === 0) return null;
  const ids = (list.query.collapseThreads && thread(value.threadId).value) || [value.id];
  if (ids.some((id) => all.get(id) === "failed")) return "failed";
  return ids.some((id) => all.has(id)) ? "waiting" : null;
}

function marksOf(value: EmailHeader, trouble: Trouble | null) {
  if (!value.hasAttachment && !value.keywords.$flagged && !trouble) return null;
  return (
    <span class="row-marks">
      {trouble && (
        <span class={`row-${trouble}`} title={t(trouble === "failed" ? "list.notDelivered" : "list.notYetDelivered")}>
          <Icon of={trouble === "failed" ? TriangleAlert : Clock} size={15} />
          <span class="hidden-label">{t(trouble === "failed" ? "list.notDelivered" : "list.notYetDelivered")}</span>
        </span>
      )}
      {value.hasAttachment && (
        <>
          <Icon of={Paperclip} size={15} />
          <span class="hidden-label">{t("list.attachment")}</span>
        </>
      )}
      {value.keywords.$flagged && (
        <span class="row-flag">
          <Icon of={Flag} size={15} filled />
          <span class="hidden-label">{t("list.flagged")}</span>
        </span>
      )}
    </span>
  );
}

type TickProps = { id: Id; value: EmailHeader; list: EmailList; ticked: boolean; reachable: boolean };

function tickOf({ id, value, list, ticked, reachable }: TickProps) {
  const person = face(value, list.query.collapseThreads);
  return (
    <label class="row-tick">
      <input
        type="checkbox"
        checked={ticked}
        tabIndex={reachable ? 0 : -1}
        aria-label={t("list.select", { subject: value.subject || t("mail.noSubject") })}
        onClick={(event) => tick(event, list, id)}
      />
      {Avatar({ name: displayName(person), address: person.email })}
    </label>
  );
}

function QuickActions({ id, value, unread }: { id: Id; value: EmailHeader; unread: boolean }) {
  if (isScheduled(value)) return <ScheduledActions id={id} />;
  const flagged = value.keywords.$flagged === true;
  const role = currentMailbox.value?.role;
  return (
    <span class="row-actions">
      {role !== "archive" && (
        <IconButton
          size={16}
          tabIndex={-1}
          label={t("action.archive")}
          icon={Archive}
          onClick={() => void archive([id])}
        />
      )}
      <IconButton
        size={16}
        tabIndex={-1}
        label={deleteLabel(role)}
        icon={Trash2}
        onClick={() => void deleteRows([id])}
      />
      <IconButton
        size={16}
        tabIndex={-1}
        label={unread ? t("action.markRead") : t("action.markUnread")}
        icon={unread ? MailOpen : Mail}
        onClick={() => void setSeen([id], unread)}
      />
      <IconButton
        size={16}
        tabIndex={-1}
        label={flagged ? t("action.unflag") : t("action.flag")}
        icon={Flag}
        filled={flagged}
        onClick={() => void setFlagged([id], !flagged)}
      />
    </span>
  );
}

/** What waits to be sent goes nowhere else: it is sent now, or is a draft again. */
function ScheduledActions({ id }: { id: Id }) {
  const sendNow = () => import("../compose/scheduled").then(({ resend }) => resend(id, null)).catch(failed);
  return (
    <span class="row-actions">
      <IconButton size={16} tabIndex={-1} label={t("scheduled.now")} icon={Send} onClick={() => void sendNow()} />
      <IconButton
        size={16}
        tabIndex={-1}
        label={t("scheduled.cancel")}
        icon={Undo2}
        onClick={() => void deleteRows([id])}
      />
    </span>
  );
}
