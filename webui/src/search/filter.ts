import type { Filter } from "../jmap";
import { mailboxWithRole } from "../mail/store/mailboxes";
import { parseSearch, searchFilter } from "./query";

/** The filter of what was typed: everywhere but in the bin and in junk, unless a folder is named. */
export function filterOf(text: string): Filter {
  const terms = parseSearch(text);
  const wanted = searchFilter(terms);
  if (terms.some(({ operator }) => operator === "in")) return wanted;
  const aside = (["trash", "junk"] as const).flatMap((role) => mailboxWithRole(role)?.id ?? []);
  const everywhere = { inMailboxOtherThan: aside };
  if (aside.length === 0) return wanted;
  return Object.keys(wanted).length === 0 ? everywhere : { operator: "AND", conditions: [wanted, everywhere] };
}
