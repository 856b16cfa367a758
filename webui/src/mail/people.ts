import { username } from "../app/session";
import { t } from "../i18n";
import type { EmailAddress, EmailHeader } from "../jmap";
import { displayName } from "./format";
import { email, thread } from "./store/emails";
import { isScheduled, mailboxWithRole } from "./store/mailboxes";

const isMe = (address: EmailAddress) => address.email.toLowerCase() === username.value.toLowerCase();

/** The name that a list has room for when several share a line. */
function shortName(address: EmailAddress): string {
  if (isMe(address)) return t("list.me");
  const name = displayName(address);
  return name.includes("@") ? (name.split("@")[0] ?? name) : (name.split(/\s+/)[0] ?? name);
}

/** Who a row is about: the recipients of what one has sent or is writing, else everybody who wrote in the thread. */
export function people(value: EmailHeader, wholeThread: boolean): string {
  const sent = mailboxWithRole("sent");
  const written =
    value.keywords.$draft || isScheduled(value) || (sent !== undefined && value.mailboxIds[sent.id] === true);
  if (written && !(wholeThread && (thread(value.threadId).value?.length ?? 1) > 1)) {
    const to = value.to ?? [];
    if (to.length === 0) return t("list.noRecipient");
    return t("list.to", { names: to.length === 1 && to[0] ? displayName(to[0]) : to.map(shortName).join(", ") });
  }
  const own = value.from?.[0];
  if (!wholeThread) return own ? displayName(own) : t("list.noSender");
  const authors = new Map<string, EmailAddress>();
  for (const id of thread(value.threadId).value ?? [value.id]) {
    const author = email(id).value?.from?.[0];
    if (author) authors.set(author.email.toLowerCase(), author);
  }
  if (authors.size <= 1) return own ? displayName(own) : t("list.noSender");
  return [...authors.values()].map(shortName).join(", ");
}
