import { notificationsOn } from "../app/preferences";
import { go } from "../app/router";
import { t } from "../i18n";
import type { EmailHeader, Id } from "../jmap";
import { announce } from "../ui/announce";
import { displayName } from "./format";
import { email, fetchEmails, isUnread } from "./store/emails";
import { mailboxWithRole } from "./store/mailboxes";

const mostLookedAt = 20;

/** Tells of unread mail that has just come into the inbox. */
export async function tellArrivals(created: readonly Id[]): Promise<void> {
  const inbox = mailboxWithRole("inbox");
  if (!inbox || created.length === 0) return;
  const looked = created.slice(-mostLookedAt);
  await fetchEmails(looked);
  const arrived = looked
    .map((id) => email(id).peek())
    .filter(
      (value): value is EmailHeader => value !== undefined && value.mailboxIds[inbox.id] === true && isUnread(value),
    );
  const newest = arrived[arrived.length - 1];
  if (!newest) return;
  const author = newest.from?.[0];
  const name = author ? displayName(author) : t("list.noSender");
  const subject = newest.subject || t("mail.noSubject");
  announce(arrived.length === 1 ? t("arrival.one", { name, subject }) : t("arrival.many", { count: arrived.length }));
  if (arrived.length === 1) notify(name, subject, newest.id);
  else notify(t("arrival.many", { count: arrived.length }), `${name} : ${subject}`, null);
}

/** By the system, when it was asked for and nobody looks at the page; a press brings the page to the message. */
function notify(title: string, body: string, id: Id | null): void {
  if (!notificationsOn.peek() || document.hasFocus() || !("Notification" in window)) return;
  if (Notification.permission !== "granted") return;
  try {
    // One for all tabs of this browser: a later one takes the place of the earlier.
    const told = new Notification(title, { body, tag: "facteur-arrival", icon: "/favicon.svg" });
    told.onclick = () => {
      window.focus();
      go({ page: "mail", box: "inbox", email: id });
      told.close();
    };
  } catch {
    // Browsers of phones have the class and refuse to make one.
  }
}
