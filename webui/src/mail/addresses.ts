import type { EmailAddress } from "../jmap";

const addressIn = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;

/** The address that a name pretends to be, when it is not the one that the message comes from. */
export function disagreement({ name, email }: EmailAddress): string | null {
  const shown = name ? addressIn.exec(name)?.[0] : undefined;
  return shown && shown.toLowerCase() !== email.toLowerCase() ? shown : null;
}

/** Whether an address is of none of the academy's domains. */
export function isOutside({ email }: EmailAddress, domain: string): boolean {
  if (!domain) return false;
  const host = email.split("@").pop()?.toLowerCase() ?? "";
  return host !== domain && !host.endsWith(`.${domain}`);
}
