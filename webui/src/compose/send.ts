import { client } from "../app/session";
import { t } from "../i18n";
import {
  type EmailHeader,
  type EmailSubmission,
  type Id,
  MethodError,
  ObjectError,
  Request,
  type SetError,
  type SetResponse,
} from "../jmap";
import { failed } from "../mail/actions";
import { problemText } from "../mail/problem";
import { mailboxWithRole } from "../mail/store/mailboxes";
import { showToast } from "../ui/toast";
import { compositions } from ".";
import { type Composition, type Kept, keep } from "./composition";
import { identityOf, senderOf } from "./identities";
import { dropLocally, keepLocally } from "./local";
import { emailOf } from "./message";
import { show } from "./open";
import { settled, unfollow } from "./save";
import { rememberRecipients } from "./suggest";

/** Seconds in which a sent message can be called back. */
const holdFor = 10;

function mayHold(): boolean {
  const account = client.session?.accounts[client.accountId] as
    | { accountCapabilities?: Record<string, unknown> }
    | undefined;
  const submission = account?.accountCapabilities?.["urn:ietf:params:jmap:submission"] as
    | { maxDelayedSend?: number }
    | undefined;
  return (submission?.maxDelayedSend ?? 0) >= holdFor;
}

/**
 * Sends a composition. It leaves the screen at once; when the server refuses, it comes back with the reason.
 * The browser's copy stays until the server has taken the message.
 */
export async function send(composition: Composition): Promise<void> {
  const address = client.session?.username ?? "";
  compositions.value = compositions.value.filter((other) => other !== composition);
  await settled(composition);
  const kept = keep(composition);
  unfollow(composition, false);
  keepLocally(address, kept);
  try {
    const { submissionId, emailId } = await submit(kept);
    dropLocally(kept.key);
    rememberRecipients([...kept.to, ...kept.cc, ...kept.bcc]);
    showToast({
      text: t("compose.sent"),
      action: mayHold()
        ? { label: t("action.undo"), run: () => void callBack(submissionId, emailId, kept) }
        : undefined,
    });
  } catch (error) {
    show(kept, true).problem.value = sendProblem(error);
  }
}

async function submit(kept: Kept): Promise<{ submissionId: Id; emailId: Id }> {
  const accountId = client.accountId;
  const drafts = mailboxWithRole("drafts");
  const sent = mailboxWithRole("sent");
  if (!drafts || !sent) throw new ObjectError("notFound", "sent");
  const identity = await identityOf(kept.identityId);
  const from = senderOf(identity);
  const rcptTo = new Map(
    [...kept.to, ...kept.cc, ...kept.bcc].map(({ email }) => [email.toLowerCase(), { email, parameters: null }]),
  );
  const request = new Request();
  const create = request.add<SetResponse<EmailHeader>>("Email/set", {
    accountId,
    create: { message: emailOf(kept, from, drafts.id) },
    ...(kept.draftId ? { destroy: [kept.draftId] } : {}),
  });
  const submission = request.add<SetResponse<EmailSubmission>>("EmailSubmission/set", {
    accountId,
    create: {
      submission: {
        emailId: "#message",
        identityId: identity?.id ?? null,
        envelope: {
          mailFrom: { email: from.email, parameters: mayHold() ? { HOLDFOR: String(holdFor) } : null },
          rcptTo: [...rcptTo.values()],
        },
      },
    },
    onSuccessUpdateEmail: {
      "#submission": {
        [`mailboxIds/${drafts.id}`]: null,
        [`mailboxIds/${sent.id}`]: true,
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
  // From here on the draft on the server is the new one, whatever becomes of the submission.
  kept.draftId = emailId;
  const submitted = answers.of(submission);
  if (submitted.notCreated?.submission) throw refusal(submitted.notCreated.submission);
  return { submissionId: submitted.created?.submission?.id as Id, emailId };
}

class RecipientError extends Error {
  constructor(readonly addresses: string[]) {
    super("invalidRecipients");
  }
}

function refusal(error: SetError & { invalidRecipients?: string[] }): Error {
  if (error.type === "invalidRecipients" && error.invalidRecipients) return new RecipientError(error.invalidRecipients);
  return new ObjectError(error.type, "message", error.properties ?? [], error.description ?? undefined);
}

function sendProblem(error: unknown): string {
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

/** Takes a message back from the queue, and opens it again. */
async function callBack(submissionId: Id, emailId: Id, kept: Kept): Promise<void> {
  const drafts = mailboxWithRole("drafts");
  if (!drafts) return;
  const accountId = client.accountId;
  const request = new Request();
  const cancel = request.add<SetResponse<EmailSubmission>>("EmailSubmission/set", {
    accountId,
    update: { [submissionId]: { undoStatus: "canceled" } },
  });
  try {
    const refused = (await client.send(request)).of(cancel).notUpdated?.[submissionId];
    if (refused) {
      showToast({ kind: "problem", text: t("compose.tooLate") });
      return;
    }
    await client.call("Email/set", {
      update: { [emailId]: { mailboxIds: { [drafts.id]: true }, "keywords/$draft": true } },
    });
    show({ ...kept, draftId: emailId });
  } catch (error) {
    if (error instanceof MethodError) showToast({ kind: "problem", text: t("compose.tooLate") });
    else failed(error);
  }
}
