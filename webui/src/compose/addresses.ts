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
    if (match) found.push({ name: unquote(match[1] ?? "") || null, email: (match[2] ?? "").trim() });
    else found.push({ name: null, email: piece });
  }
  return found;
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
