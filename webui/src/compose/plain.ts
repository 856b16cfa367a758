import { htmlToText } from "../mail/htmlText";
import { escapeHtml } from "../mail/text";
import type { Composition } from "./composition";
import { shownIn } from "./pictures";
import { writesPlain } from "./preference";

/** Whether a text has anything that plain text cannot say. */
export function hasFormat(html: string): boolean {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.body.querySelectorAll("*")].some((element) => {
    if (["P", "BR", "DIV"].includes(element.tagName)) return false;
    if (element.tagName !== "A") return true;
    // A link that shows its own address loses nothing.
    const target = (element.getAttribute("href") ?? "").replace(/^(?:mailto:|https?:\/\/)/i, "").replace(/\/$/, "");
    return target !== (element.textContent ?? "").replace(/^https?:\/\//i, "").replace(/\/$/, "");
  });
}

/** Lines as the editor's paragraphs. */
export function textToParagraphs(text: string): string {
  return text
    .split("\n")
    .map((line) => `<p>${escapeHtml(line)}</p>`)
    .join("");
}

/** From here on the message is text and nothing else; pictures of the text go along as files. */
export function toPlain(composition: Composition): void {
  const html = composition.html.peek();
  const pictures = shownIn(html);
  composition.attachments.value = composition.attachments
    .peek()
    .map((file) => (file.cid !== null && pictures.has(file.cid) ? { ...file, cid: null } : file));
  composition.text.value = htmlToText(html);
  composition.plain.value = true;
  writesPlain.value = true;
}

export function toRich(composition: Composition): void {
  composition.html.value = textToParagraphs(composition.text.peek());
  composition.plain.value = false;
  writesPlain.value = false;
}
