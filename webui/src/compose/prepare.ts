import { username } from "../app/session";
import { t } from "../i18n";
import type { EmailAddress, EmailBody, EmailHeader, Id, Identity } from "../jmap";
import { displayName, fullAddress, longTime } from "../mail/format";
import { htmlToText } from "../mail/htmlText";
import { sanitise } from "../mail/sanitise";
import { loadBody } from "../mail/store/bodies";
import { email, fetchEmails, isKnown } from "../mail/store/emails";
import { textToHtml } from "../mail/text";
import type { Start } from ".";
import { parseAddresses } from "./addresses";
import { emptyKept, type Kept, type Quote } from "./composition";
import { identities } from "./identities";
import { fromMailto } from "./mailto";
import { splitDraft } from "./message";
import { shownIn } from "./pictures";
import { writesPlain } from "./preference";

/** What a composition holds when it opens. */
export async function prepare(start: Start): Promise<Kept> {
  const own = await identities().catch((): Identity[] => []);
  const plain = writesPlain.peek();
  if (start.kind === "new") {
    const kept = { ...emptyKept(), plain, to: start.to ? parseAddresses(start.to) : [] };
    return withIdentity(start.mailto ? { ...kept, ...fromMailto(start.mailto) } : kept, own[0]);
  }
  const { head, body } = await load(start.emailId);
  if (start.kind === "draft") return fromDraft(head, body, own);
  return answer(start.kind, head, body, own, plain);
}

async function load(id: Id): Promise<{ head: EmailHeader; body: EmailBody }> {
  if (!isKnown(id)) await fetchEmails([id]);
  const head = email(id).peek();
  if (!head) throw new Error(`no email ${id}`);
  return { head, body: await loadBody(id) };
}

function withIdentity(kept: Kept, identity: Identity | undefined): Kept {
  if (!identity) return kept;
  if (kept.plain) {
    const text = identity.textSignature || htmlToText(identity.htmlSignature);
    return { ...kept, identityId: identity.id, text: kept.text + (text && `\n\n${text}`) };
  }
  const signature = identity.htmlSignature || (identity.textSignature && textToHtml(identity.textSignature));
  return { ...kept, identityId: identity.id, html: kept.html + (signature ? `<p></p><p></p>${signature}` : "") };
}

function textOf(body: EmailBody): string {
  return body.textBody
    .filter((part) => part.type.startsWith("text/"))
    .map((part) => {
      const value = body.bodyValues[part.partId ?? ""]?.value ?? "";
      if (part.type !== "text/html") return value;
      return htmlToText(value);
    })
    .join("\n")
    .trim();
}

function htmlOf(body: EmailBody): string {
  return body.htmlBody
    .filter((part) => part.type.startsWith("text/"))
    .map((part) => {
      const value = body.bodyValues[part.partId ?? ""]?.value ?? "";
      return part.type === "text/html" ? value : textToHtml(value);
    })
    .join("<br>");
}

function attribution(head: EmailHeader, body: EmailBody, forward: boolean): string {
  const author = head.from?.[0];
  const date = longTime(head.sentAt ?? head.receivedAt);
  if (!forward) return t("compose.wrote", { date, name: author ? fullAddress(author) : t("list.noSender") });
  const list = (addresses: EmailAddress[] | null) => (addresses ?? []).map(fullAddress).join(", ");
  const lines = [
    t("compose.forwarded"),
    `${t("address.from")} : ${list(head.from)}`,
    `${t("reader.date")} : ${date}`,
    `${t("compose.subject")} : ${head.subject ?? ""}`,
    `${t("address.to")} : ${list(head.to)}`,
  ];
  if (body.cc?.length) lines.push(`${t("address.cc")} : ${list(body.cc)}`);
  return lines.join("\n");
}

const same = (a: EmailAddress, b: string) => a.email.toLowerCase() === b.toLowerCase();

/** Who an answer goes to: never to oneself, unless one answers what one has written. */
export function recipients(kind: "reply" | "replyAll", head: EmailHeader, body: EmailBody, own: readonly string[]) {
  const isOwn = (address: EmailAddress) => own.some((mine) => same(address, mine));
  const author = body.replyTo?.length ? body.replyTo : (head.from ?? []);
  const mine = (head.from ?? []).some(isOwn);
  const to = mine ? (head.to ?? []) : author;
  if (kind === "reply") return { to, cc: [] };
  const seen = new Set(to.map(({ email }) => email.toLowerCase()));
  const others = (list: EmailAddress[] | null) =>
    (list ?? []).filter((address) => {
      const key = address.email.toLowerCase();
      if (isOwn(address) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  const also = others(head.to);
  return { to: [...to, ...also], cc: others(body.cc) };
}

/** "Re:" once, whatever other programs have put before it. */
export function answerSubject(subject: string | null, prefix: "Re" | "Tr" | "Fwd"): string {
  const bare = (subject ?? "").replace(/^(?:\s*(?:re|ré|rép|aw|tr|fwd?|wg)\s*(?:\[\d+\])?\s*:\s*)+/i, "");
  return `${prefix}: ${bare}`;
}

function answer(
  kind: "reply" | "replyAll" | "forward",
  head: EmailHeader,
  body: EmailBody,
  own: Identity[],
  plain: boolean,
): Kept {
  const addresses = [...own.map((identity) => identity.email), username.value];
  const forward = kind === "forward";
  const quote: Quote = {
    html: safeAgain(htmlOf(body)),
    text: textOf(body),
    attribution: attribution(head, body, forward),
    forward,
  };
  const { to, cc } = forward ? { to: [], cc: [] } : recipients(kind, head, body, addresses);
  const identity = own.find((mine) =>
    [...(head.to ?? []), ...(body.cc ?? [])].some((address) => same(address, mine.email)),
  );
  const kept: Kept = {
    ...emptyKept(),
    plain,
    to,
    cc,
    subject: answerSubject(head.subject, forward ? "Tr" : "Re"),
    quote,
    inReplyTo: forward ? [] : (body.messageId ?? []),
    references: forward ? [] : [...(body.references ?? body.inReplyTo ?? []), ...(body.messageId ?? [])].slice(-50),
    original: { id: head.id, keyword: forward ? "$forwarded" : "$answered" },
    attachments: filesOf(body, quote.html, forward),
  };
  return withIdentity(kept, identity ?? own[0]);
}

/** What goes along: with a forward everything, with an answer only the images that the quote shows. */
function filesOf(body: EmailBody, html: string, all: boolean): Kept["attachments"] {
  const pictures = shownIn(html);
  // A picture between two texts is a part of the body, for JMAP.
  const parts = [...body.attachments, ...body.htmlBody.filter((part) => !part.type.startsWith("text/"))];
  return parts.flatMap((part, at) => {
    const shown = part.cid !== null && pictures.has(part.cid);
    if (!part.blobId || (!all && !shown)) return [];
    const name = part.name ?? (part.type === "message/rfc822" ? "message.eml" : "");
    return [
      { key: `part-${at}`, name, type: part.type, size: part.size, blobId: part.blobId, cid: shown ? part.cid : null },
    ];
  });
}

function fromDraft(head: EmailHeader, body: EmailBody, own: Identity[]): Kept {
  const plain = !body.htmlBody.some((part) => part.type === "text/html");
  const { html, quote } = plain ? { html: "", quote: null } : splitDraft(htmlOf(body), textOf(body));
  const from = head.from?.[0];
  const safe = safeAgain(html);
  return {
    ...emptyKept(),
    messageId: body.messageId?.[0] ?? "",
    draftId: head.id,
    identityId: own.find((identity) => from && same(from, identity.email))?.id ?? own[0]?.id ?? null,
    to: head.to ?? [],
    cc: body.cc ?? [],
    bcc: body.bcc ?? [],
    subject: head.subject ?? "",
    html: safe,
    text: plain ? textOf(body) : htmlToText(safe),
    plain,
    quote: quote && { ...quote, html: safeAgain(quote.html) },
    inReplyTo: body.inReplyTo ?? [],
    references: body.references ?? [],
    attachments: filesOf(body, html + (quote?.html ?? ""), true),
  };
}

/** HTML that goes out once more: nothing in it acts, and its pictures are by Content-ID as before. */
function safeAgain(html: string): string {
  const page = new DOMParser().parseFromString(sanitise(html, { remote: true, outgoing: true }).html, "text/html");
  for (const style of page.querySelectorAll("style")) style.remove();
  for (const image of page.querySelectorAll<HTMLElement>("img[data-cid]")) {
    image.setAttribute("src", `cid:${image.dataset.cid}`);
    image.removeAttribute("data-cid");
  }
  return page.body.innerHTML;
}

/** The title of a composer: its subject, or failing that whom it is for. */
export function titleOf(subject: string, to: readonly EmailAddress[]): string {
  return subject.trim() || (to[0] ? displayName(to[0]) : t("compose.new"));
}
