import { signal } from "@preact/signals";
import { escapeHtml } from "../mail/text";
import type { Composition, Quote } from "./composition";
import { quotedText } from "./message";

/** What the editor of a composition is to take in at its end, in the form that it holds. */
export const splices = signal<{ key: string; html: string; text: string } | null>(null);

/** Moves the quote into the editor, where it can be cut and answered between its lines. */
export function splice(composition: Composition, quote: Quote): void {
  const lines = escapeHtml(quote.attribution).replace(/\n/g, "<br>");
  const html = quote.forward ? `<p>${lines}</p>${quote.html}` : `<p>${lines}</p><blockquote>${quote.html}</blockquote>`;
  splices.value = { key: composition.key, html, text: quotedText(quote) };
  composition.quote.value = null;
}
