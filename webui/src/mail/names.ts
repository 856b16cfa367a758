import { type TextKey, t } from "../i18n";
import type { Mailbox } from "../jmap";
import { isSpecial } from "./store/mailboxes";

/** What a mailbox is called on the screen: special ones have the same clear name for everybody. */
export function mailboxName(mailbox: Mailbox): string {
  return isSpecial(mailbox) ? t(`folder.${mailbox.role}` as TextKey) : mailbox.name;
}
