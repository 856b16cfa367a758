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
  announce(
    arrived.length === 1
      ? t("arrival.one", {
          name: author ? displayName(author) : t("list.noSender"),
          subject: newest.subject || t("mail.noSubject"),
        })
      : t("arrival.many", { count: arrived.length }),
  );
}
