/** A stretch of plain text: what somebody wrote, or what they quoted. */
export type Block = { quoted: boolean; text: string };

/** Cuts a plain text into what is written and what is quoted (lines that begin with ">"). */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const quoted = /^\s?>/.test(line);
    const last = found[found.length - 1];
    if (last && last.quoted === quoted) last.text += `\n${line}`;
    else found.push({ quoted, text: line });
  }
  // A blank line between two quotes is a part of them.
  return found.reduce<Block[]>((merged, block) => {
    const before = merged[merged.length - 1];
    const above = merged[merged.length - 2];
    if (block.quoted && before && !before.quoted && before.text.trim() === "" && above?.quoted) {
      merged.pop();
      above.text += `\n${before.text}\n${block.text}`;
    } else merged.push({ ...block });
    return merged;
  }, []);
}

/** A quote without the ">" of its outermost level. */
export function unquote(text: string): string {
  return text.replace(/^\s?>[ ]?/gm, "");
}

export type Piece = { text: string; href: string | null };

const linkPattern = /\b(?:https?:\/\/|www\.)[^\s<>"«»]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;

/** Finds the links and addresses of a text. Punctuation that ends a sentence is not a part of a link. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(linkPattern)) {
    let found = match[0];
    const isAddress = !/^(https?:\/\/|www\.)/i.test(found);
    if (!isAddress) {
      found = found.replace(/[.,;:!?'’]+$/, "");
      if (found.endsWith(")") && !found.includes("(")) found = found.slice(0, -1);
    }
    const at = match.index;
    if (at > from) pieces.push({ text: text.slice(from, at), href: null });
    pieces.push({
      text: found,
      href: isAddress ? `mailto:${found}` : found.startsWith("www.") ? `https://${found}` : found,
    });
    from = at + found.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), href: null });
  return pieces;
}

export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? "",
  );
}

/** Plain text as HTML, for where the two must stand together. */
export function textToHtml(text: string): string {
  const linked = linkify(text)
    .map(({ text: shown, href }) =>
      href ? `<a href="${escapeHtml(href)}">${escapeHtml(shown)}</a>` : escapeHtml(shown),
    )
    .join("");
  return `<div style="white-space:pre-wrap">${linked}</div>`;
}
