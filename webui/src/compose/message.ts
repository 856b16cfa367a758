import type { EmailAddress } from "../jmap";
import { htmlToText } from "../mail/htmlText";
import { escapeHtml } from "../mail/text";
import type { Kept, Quote } from "./composition";
import { shownIn } from "./pictures";
import { dateWithOffset, utcDate } from "./schedule";

/** The mark by which a draft's quote is found again; the first class is the one that other programs fold. */
const quoteClass = "gmail_quote facteur_quote";

/** The whole HTML of a message: what was written, then what is quoted. */
export function wholeHtml(kept: Kept): string {
  const written = paragraphs(kept.html || "<p></p>");
  return `<!doctype html><html><head><meta charset="utf-8"></head><body>${written}${kept.quote ? quoteHtml(kept.quote) : ""}</body></html>`;
}

const paragraph = '<p style="margin:0">';
const blank = `${paragraph}<br></p>`;

/** Lines stand in the letter as they stood in the editor: no gaps between them, and blank ones are seen. */
function paragraphs(html: string): string {
  return html.replace(/<p>/g, paragraph).replaceAll(`${paragraph}</p>`, blank);
}

function editable(html: string): string {
  return html.replaceAll(blank, "<p></p>").replaceAll(paragraph, "<p>");
}

function quoteHtml({ html, attribution, forward }: Quote): string {
  const lines = escapeHtml(attribution).replace(/\n/g, "<br>");
  if (forward) return `<div class="${quoteClass}" data-forward="1"><div>${lines}</div><br>${html}</div>`;
  return `<div class="${quoteClass}"><div>${lines}</div><blockquote type="cite" style="margin:0 0 0 8px;padding-left:12px;border-left:2px solid #bbb">${html}</blockquote></div>`;
}

/** The same as plain text. */
export function wholeText(kept: Kept): string {
  const { quote } = kept;
  // An editor in which nothing was typed has told no text, and may hold a signature.
  const written = kept.plain ? kept.text : kept.text || htmlToText(kept.html);
  return quote ? `${written}\n\n${quotedText(quote)}` : written;
}

export function quotedText({ text, attribution, forward }: Quote): string {
  const quoted = forward ? text : text.replace(/^/gm, "> ").replace(/^> >/gm, ">>");
  return `${attribution}\n${forward ? "\n" : ""}${quoted}\n`;
}

/** Cuts a draft's HTML into what is for the editor and what is quoted. */
export function splitDraft(html: string, text: string): { html: string; quote: Quote | null } {
  const page = new DOMParser().parseFromString(html, "text/html");
  const holder = page.querySelector<HTMLElement>(".facteur_quote");
  if (!holder) return { html: editable(page.body.innerHTML), quote: null };
  holder.remove();
  const forward = holder.dataset.forward === "1";
  const head = holder.firstElementChild as HTMLElement | null;
  for (const line of head?.querySelectorAll("br") ?? []) line.replaceWith("\n");
  const attribution = head?.textContent ?? "";
  head?.remove();
  if (forward && holder.firstElementChild?.tagName === "BR") holder.firstElementChild.remove();
  const body = forward ? holder : holder.querySelector("blockquote");
  const at = text.indexOf(attribution);
  const quoted = at < 0 ? (body?.textContent ?? "") : text.slice(at + attribution.length).trim();
  return {
    html: editable(page.body.innerHTML),
    quote: {
      html: body?.innerHTML ?? "",
      text: forward ? quoted : quoted.replace(/^>>/gm, "> >").replace(/^> ?/gm, ""),
      attribution,
      forward,
    },
  };
}

type Part = Record<string, unknown>;

/**
 * The object of Email/set that a composition makes (RFC 8621 section 4.6). One that waits for its time is dated then:
 * its readers see when it came, not when it was written.
 */
export function emailOf(kept: Kept, from: EmailAddress, mailboxId: string, at: Date | null = null): Part {
  const lists = { to: kept.to, cc: kept.cc, bcc: kept.bcc, inReplyTo: kept.inReplyTo, references: kept.references };
  return {
    mailboxIds: { [mailboxId]: true },
    keywords: { $draft: true, $seen: true },
    from: [from],
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    subject: kept.subject,
    messageId: [kept.messageId],
    ...(at ? { sentAt: dateWithOffset(at), receivedAt: utcDate(at) } : {}),
    bodyStructure: structure(kept),
    bodyValues: {
      text: { value: wholeText(kept) },
      ...(kept.plain ? {} : { html: { value: wholeHtml(kept) } }),
    },
  };
}

/** The pictures that the text shows, and the other files. A picture that was taken out of the text is neither. */
export function filesIn(kept: Kept): { related: Kept["attachments"]; files: Kept["attachments"] } {
  const pictures = kept.plain ? new Set<string>() : shownIn(kept.html + (kept.quote?.html ?? ""));
  return {
    related: kept.attachments.filter(({ cid }) => cid !== null && pictures.has(cid)),
    files: kept.attachments.filter(({ cid }) => cid === null),
  };
}

/** Text alone or both forms; pictures beside the HTML that shows them; files after all that. */
function structure(kept: Kept): Part {
  const { related, files } = filesIn(kept);
  const text = { partId: "text", type: "text/plain" };
  const html = { partId: "html", type: "text/html" };
  const body = kept.plain
    ? text
    : multipart("alternative", [
        text,
        related.length > 0 ? multipart("related", [html, ...related.map(filePart)]) : html,
      ]);
  return files.length > 0 ? multipart("mixed", [body, ...files.map(filePart)]) : body;
}

const multipart = (kind: string, subParts: Part[]): Part => ({ type: `multipart/${kind}`, subParts });

const filePart = ({ blobId, name, type, cid }: Kept["attachments"][number]): Part => ({
  blobId,
  name,
  type,
  disposition: cid ? "inline" : "attachment",
  ...(cid ? { cid } : {}),
});
