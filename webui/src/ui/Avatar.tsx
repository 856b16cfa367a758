import "./Avatar.css";

type Props = { name: string; address: string };

const hues = 8;

/** Two letters on a quiet colour that stays the same for an address. */
export function Avatar({ name, address }: Props) {
  const words = name
    .replace(/[^\p{L}\p{N} .-]/gu, "")
    .split(/[\s.-]+/)
    .filter(Boolean);
  const first = words[0]?.[0] ?? address[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  let hash = 0;
  for (const character of address.toLowerCase()) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return (
    // Written by the style sheet: the letters are a picture, no part of any name or text.
    <span class={`avatar avatar-${hash % hues}`} data-letters={(first + last).toLocaleUpperCase()} aria-hidden="true" />
  );
}
