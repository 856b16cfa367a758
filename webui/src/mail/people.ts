import { username } from "../app/session";
import { t } from "../i18n";
import type { EmailAddress, EmailHeader } from "../jmap";
import { displayName } from "./format";
import { email, thread } from "./store/emails";
import { isScheduled, isSent } from "./store/mailboxes";

const isMe = (address: EmailAddress) => address.email.toLowerCase() === username.value.toLowerCase();

/** The name that a list has room for when several share a line. */
function shortName(address: EmailAddress): string {
  if (isMe(address)) return t("list.me");
  const name = displayName(address);
  return name.includes("@") ? (name.split("@")[0] ?? name) : (name.split(/\s+/)[0] ?? name);
}

/** Whether a row is about those whom one has written to. */
function isWritten(value: EmailHeader, wholeThread: boolean): boolean {
  if (wholeThread && (thread(value.threadId).value?.length ?? 1) > 1) return false;
  return value.keywords.$draft === true || isScheduled(value) || isSent(value);
}

const nobody: EmailAddress = { name: null, email: "" };

/** The one whose letters stand for a row. */
export function face(value: EmailHeader, wholeThread: boolean): EmailAddress {
  return (isWritten(value, wholeThread) ? value.to : value.from)?.[0] ?? nobody;
}

/** Who a row is about: the recipients of what one has sent or is writing, else everybody who wrote in the thread. */
export function people(value: EmailHeader, wholeThread: boolean): string {
  if (isWritten(value, wholeThread)) {
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
