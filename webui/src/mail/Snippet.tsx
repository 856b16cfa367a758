import type { ComponentChildren } from "preact";
import type { Id } from "../jmap";
import { snippet } from "../search/snippets";

/** A text of a row; in a search, with what was found marked. */
export function rowText(id: Id, field: "subject" | "preview", fallback: string): ComponentChildren {
  const marked = snippet(id)?.[field];
  return marked ? markedText(marked) : fallback;
}

const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const decode = (text: string) => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);

/** The text of a SearchSnippet, in which <mark> is the only tag there is (RFC 8621 section 5). */
export function markedText(html: string): ComponentChildren[] {
  return html
    .split(/<mark>(.*?)<\/mark>/s)
    .map((piece, at) => (at % 2 === 1 ? <mark key={at}>{decode(piece)}</mark> : decode(piece)));
}
