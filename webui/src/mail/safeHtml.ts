import type { EmailBody, EmailBodyPart } from "../jmap";
import type { SafeHtml, sanitise } from "./sanitise";
import { textToHtml } from "./text";

export const isHtml = (part: EmailBodyPart) => part.type === "text/html";
export const isImage = (part: EmailBodyPart) => part.type.startsWith("image/");

let sanitiser: typeof sanitise | null = null;
/** What was made harmless before it was looked at, or is looked at again; remote content is out of these. */
const kept = new WeakMap<EmailBody, SafeHtml>();

/** The code is no part of the first paint; it is fetched when the browser has time, at the latest when it is needed. */
export async function loadSanitiser(): Promise<void> {
  sanitiser ??= (await import("./sanitise")).sanitise;
}

/** A message's HTML made harmless, or null until the code for that is here. */
export function safeHtml(body: EmailBody, remote: boolean): SafeHtml | null {
  const found = remote ? undefined : kept.get(body);
  if (found || !sanitiser) return found ?? null;
  const made = sanitiser(htmlOf(body), { remote });
  if (!remote) kept.set(body, made);
  return made;
}

/** Does the work for a message that will be looked at soon. */
export async function prepareHtml(body: EmailBody): Promise<void> {
  if (!body.htmlBody.some(isHtml)) return;
  await loadSanitiser();
  safeHtml(body, false);
}

function htmlOf(body: EmailBody): string {
  const texts = body.htmlBody.filter(isHtml).map((part) => body.bodyValues[part.partId ?? ""]?.value ?? "");
  // A picture that a text shows in its place is not shown once more behind it.
  const isShown = ({ cid }: EmailBodyPart) => cid !== null && texts.some((text) => text.includes(`cid:${cid}`));
  return body.htmlBody
    .filter((part) => !isImage(part) || !isShown(part))
    .map((part) => {
      if (isHtml(part)) return body.bodyValues[part.partId ?? ""]?.value ?? "";
      if (isImage(part)) return `<p><img src="cid:part-${part.partId}" alt=""></p>`;
      return textToHtml(body.bodyValues[part.partId ?? ""]?.value ?? "");
    })
    .join("<hr>");
}
