import type { EmailAddress } from "../jmap";
import { htmlToText } from "../mail/htmlText";
import { escapeHtml } from "../mail/text";
import type { Kept, Quote } from "./composition";

/** The mark by which a draft's quote is found again; the first class is the one that other programs fold. */
const quoteClass = "gmail_quote facteur_quote";

/** The whole HTML of a message: what was written, then what is quoted. */
export function wholeHtml(kept: Kept): string {
  const written = kept.html || "<p></p>";
  return `<!doctype html><html><head><meta charset="utf-8"></head><body>${written}${kept.quote ? quoteHtml(kept.quote) : ""}</body></html>`;
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
  const written = kept.text || htmlToText(kept.html);
  if (!quote) return written;
  const quoted = quote.forward ? quote.text : quote.text.replace(/^/gm, "> ").replace(/^> >/gm, ">>");
  return `${written}\n\n${quote.attribution}\n${quote.forward ? "\n" : ""}${quoted}\n`;
}

/** Cuts a draft's HTML into what is for the editor and what is quoted. */
export function splitDraft(html: string, text: string): { html: string; quote: Quote | null } {
  const page = new DOMParser().parseFromString(html, "text/html");
  const holder = page.querySelector<HTMLElement>(".facteur_quote");
  if (!holder) return { html: page.body.innerHTML, quote: null };
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
    html: page.body.innerHTML,
    quote: {
      html: body?.innerHTML ?? "",
      text: forward ? quoted : quoted.replace(/^>>/gm, "> >").replace(/^> ?/gm, ""),
      attribution,
      forward,
    },
  };
}

/** The object of Email/set that a composition makes (RFC 8621 section 4.6). */
export function emailOf(kept: Kept, from: EmailAddress, mailboxId: string): Record<string, unknown> {
  const lists = { to: kept.to, cc: kept.cc, bcc: kept.bcc, inReplyTo: kept.inReplyTo, references: kept.references };
  return {
    mailboxIds: { [mailboxId]: true },
    keywords: { $draft: true, $seen: true },
    from: [from],
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    subject: kept.subject,
    messageId: [kept.messageId],
    textBody: [{ partId: "text", type: "text/plain" }],
    htmlBody: [{ partId: "html", type: "text/html" }],
    bodyValues: { text: { value: wholeText(kept) }, html: { value: wholeHtml(kept) } },
    attachments: kept.attachments.map(({ blobId, name, type, cid }) => ({
      blobId,
      name,
      type,
      disposition: cid ? "inline" : "attachment",
      ...(cid ? { cid } : {}),
    })),
  };
}
