import { isPlausible } from "./addresses";
import type { Composition } from "./composition";

/** What is asked once before a message goes; the hard ones cannot be answered with yes. */
export type Question = "recipient" | "address" | "uploading" | "failed" | "subject" | "attachment" | "many";

const attachmentWords =
  /pi[eè]ces?[- ]jointes?|ci[- ]joint|en pj\b|\bpj\b|je (?:vous |te )?(?:joins|transmets en)|attached|attachment|enclosed/i;

/** More than so many in "To" is a mailing: their addresses are better not shown to each other. */
export const manyRecipients = 20;

/** The first thing that speaks against sending, of those that were not answered yet. */
export function question(composition: Composition): Question | null {
  const { to, cc, bcc, subject, text, attachments, asked } = composition;
  const all = [...to.value, ...cc.value, ...bcc.value];
  if (all.length === 0) return "recipient";
  if (all.some(({ email }) => !isPlausible(email))) return "address";
  if (attachments.value.some((file) => file.blobId === null && file.problem === "")) return "uploading";
  if (attachments.value.some((file) => file.problem !== "")) return "failed";
  if (subject.value.trim() === "" && !asked.has("subject")) return "subject";
  const files = attachments.value.some((file) => file.blobId !== null && file.cid === null);
  if (!files && attachmentWords.test(text.value) && !asked.has("attachment")) return "attachment";
  if (to.value.length > manyRecipients && !asked.has("many")) return "many";
  return null;
}

export function isHard(asked: Question): boolean {
  return asked === "recipient" || asked === "address" || asked === "uploading" || asked === "failed";
}
