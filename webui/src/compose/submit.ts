import { signal } from "@preact/signals";
import { client } from "../app/session";
import { t } from "../i18n";
import { type EmailSubmission, type Id, ObjectError, Request, type SetResponse } from "../jmap";
import type { SetError } from "../jmap/types";
import { problemText } from "../mail/problem";
import { mailboxWithRole } from "../mail/store/mailboxes";
import type { Kept } from "./composition";
import { addCreate } from "./create";
import { identityOf, senderOf } from "./identities";
import { emailOf } from "./message";
import { utcDate } from "./schedule";
import { scheduledMailbox } from "./scheduledMailbox";

/** Seconds in which a sent message can be called back. */
const holdFor = 10;

function longestHold(): number {
  const account = client.session?.accounts[client.accountId] as
    | { accountCapabilities?: Record<string, unknown> }
    | undefined;
  const submission = account?.accountCapabilities?.["urn:ietf:params:jmap:submission"] as
    | { maxDelayedSend?: number }
    | undefined;
  return submission?.maxDelayedSend ?? 0;
}

export function mayHold(): boolean {
  return longestHold() >= holdFor;
}

/** The latest time for which a message can be left with the server. */
export function latest(now = new Date()): Date {
  // A minute less: the server counts from when it reads this.
  return new Date(now.getTime() + Math.max(0, longestHold() - 60) * 1000);
}

function hold(at: Date | null): Record<string, string> | null {
  if (at) return { HOLDUNTIL: utcDate(at) };
  return mayHold() ? { HOLDFOR: String(holdFor) } : null;
}

export type Submitted = { submissionId: Id; emailId: Id };

/**
 * Hands a message to the server, to go now (after the seconds of grace) or `at` a time. It takes the place of its
 * draft; `kept` knows the new one, whatever becomes of the submission.
 */
export async function submit(kept: Kept, at: Date | null = null): Promise<Submitted> {
  const accountId = client.accountId;
  const drafts = mailboxWithRole("drafts");
  const after = at ? await scheduledMailbox() : mailboxWithRole("sent")?.id;
  if (!drafts || !after) throw new ObjectError("notFound", "sent");
  const identity = await identityOf(kept.identityId);
  const from = senderOf(identity);
  const rcptTo = new Map(
    [...kept.to, ...kept.cc, ...kept.bcc].map(({ email }) => [email.toLowerCase(), { email, parameters: null }]),
  );
  const request = new Request();
  const { create, moved } = addCreate(request, emailOf(kept, from, drafts.id, at), kept, drafts.id);
  const submission = request.add<SetResponse<EmailSubmission>>("EmailSubmission/set", {
    accountId,
    create: {
      submission: {
        emailId: "#message",
        identityId: identity?.id ?? null,
        envelope: { mailFrom: { email: from.email, parameters: hold(at) }, rcptTo: [...rcptTo.values()] },
      },
    },
    onSuccessUpdateEmail: {
      "#submission": {
        [`mailboxIds/${drafts.id}`]: null,
        [`mailboxIds/${after}`]: true,
        "keywords/$draft": null,
      },
    },
  });
  if (kept.original)
    request.add("Email/set", {
      accountId,
      update: { [kept.original.id]: { [`keywords/${kept.original.keyword}`]: true } },
    });
  const answers = await client.send(request);
  const created = answers.of(create);
  if (created.notCreated?.message) throw refusal(created.notCreated.message);
  const emailId = created.created?.message?.id as Id;
  kept.draftId = emailId;
  kept.attachments = moved(answers);
  const submitted = answers.of(submission);
  if (submitted.notCreated?.submission) throw refusal(submitted.notCreated.submission);
  return { submissionId: submitted.created?.submission?.id as Id, emailId };
}

/** Addresses that the server has said not to exist: marked wherever they stand. */
export const refused = signal<ReadonlySet<string>>(new Set());

class RecipientError extends Error {
  constructor(readonly addresses: string[]) {
    super("invalidRecipients");
  }
}

function refusal(error: SetError & { invalidRecipients?: string[] }): Error {
  if (error.type === "invalidRecipients" && error.invalidRecipients) {
    refused.value = new Set([...refused.value, ...error.invalidRecipients.map((address) => address.toLowerCase())]);
    return new RecipientError(error.invalidRecipients);
  }
  return new ObjectError(error.type, "message", error.properties ?? [], error.description ?? undefined);
}

/** Why a message was not sent, and what to do. */
export function sendProblem(error: unknown): string {
  if (error instanceof RecipientError)
    return t("compose.problem.recipients", { count: error.addresses.length, addresses: error.addresses.join(", ") });
  if (error instanceof ObjectError) {
    if (error.type === "tooManyRecipients") return t("compose.problem.tooMany");
    if (error.type === "noRecipients") return t("compose.problem.noRecipient");
    if (error.type === "forbiddenFrom" || error.type === "forbiddenMailFrom") return t("compose.problem.from");
    if (error.type === "forbiddenToSend") return t("compose.problem.forbidden");
  }
  return t("compose.problem.other", { reason: problemText(error) });
}
