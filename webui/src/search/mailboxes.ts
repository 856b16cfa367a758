import type { Mailbox } from "../jmap";
import { mailboxName } from "../mail/names";
import { mailboxes } from "../mail/store/mailboxes";

/** Without accents or capitals, as people type names in a hurry. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/** The mailbox whose name is `name`, or else the first whose name begins so. */
export function mailboxNamed(name: string): Mailbox | undefined {
  const wanted = plain(name);
  const all = [...mailboxes.value.values()];
  return (
    all.find((mailbox) => plain(mailboxName(mailbox)) === wanted || mailbox.role === wanted) ??
    all.find((mailbox) => plain(mailboxName(mailbox)).startsWith(wanted))
  );
}
