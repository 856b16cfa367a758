import "./Avatar.css";

type Props = { name: string; address: string };

const hues = 8;

type Face = { letters: string; hue: number };

/** The same people come again and again. */
const faces = new Map<string, Face>();
const mostFaces = 1000;

/** Two letters on a quiet colour that stays the same for an address. */
export function Avatar({ name, address }: Props) {
  const key = `${name}\n${address}`;
  let face = faces.get(key);
  if (!face) {
    face = { letters: lettersOf(name, address), hue: hueOf(address) };
    if (faces.size >= mostFaces) faces.clear();
    faces.set(key, face);
  }
  return (
    // Written by the style sheet: the letters are a picture, no part of any name or text.
    <span class={`avatar avatar-${face.hue}`} data-letters={face.letters} aria-hidden="true" />
  );
}

function lettersOf(name: string, address: string): string {
  // Of an address without a name, who it is and not where.
  const words = (name.split("@")[0] ?? "")
    .replace(/[^\p{L}\p{N} .-]/gu, "")
    .split(/[\s.-]+/)
    .filter(Boolean);
  const first = words[0]?.[0] ?? address[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

function hueOf(address: string): number {
  let hash = 0;
  for (const character of address.toLowerCase()) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash % hues;
}
