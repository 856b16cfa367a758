import type { EmailAddress } from "../jmap";

const plausible = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$|^[^\s@<>(),;:"]+@localhost$/;

export function isPlausible(email: string): boolean {
  return plausible.test(email);
}

/**
 * Reads what people type and paste: `Léa <lea@ac.fr>, "Martin, Paul" <p@ac.fr>; x@y.fr`. What is no address
 * stays, to be corrected by eye.
 */
export function parseAddresses(text: string): EmailAddress[] {
  const found: EmailAddress[] = [];
  for (const piece of pieces(text)) {
    const match = /^(.*?)\s*<([^<>]*)>$/s.exec(piece);
    if (match) found.push({ name: unquote(match[1] ?? "") || null, email: withPlainDomain((match[2] ?? "").trim()) });
    else found.push({ name: null, email: withPlainDomain(piece) });
  }
  return found;
}

/** `léa@collège.fr` as `léa@xn--collge-6ua.fr`: mail travels by the names that DNS knows. */
function withPlainDomain(email: string): string {
  const at = email.lastIndexOf("@");
  const domain = email.slice(at + 1);
  if (at < 1 || /^[\p{ASCII}]*$/u.test(domain) || /[\s/?#:]/.test(domain)) return email;
  try {
    return `${email.slice(0, at)}@${new URL(`https://${domain}`).hostname}`;
  } catch {
    return email;
  }
}

function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = "";
  let quoted = false;
  let angle = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === "<") angle = true;
    else if (!quoted && character === ">") angle = false;
    if (!quoted && !angle && /[,;\n\t]/.test(character)) {
      found.push(piece);
      piece = "";
    } else piece += character;
  }
  found.push(piece);
  return found.map((item) => item.trim()).filter((item) => item !== "");
}

function unquote(name: string): string {
  const trimmed = name.trim();
  return /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1).replace(/\\(.)/g, "$1") : trimmed;
}
