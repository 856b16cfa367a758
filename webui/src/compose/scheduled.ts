import { client } from "../app/session";
import { t } from "../i18n";
import {
  type EmailSubmission,
  type GetResponse,
  type Id,
  MethodError,
  ObjectError,
  type QueryResponse,
  Request,
  type SetResponse,
} from "../jmap";
import { failed, leaveList } from "../mail/actions";
import { mailboxWithRole } from "../mail/store/mailboxes";
import { showToast } from "../ui/toast";
import type { Kept } from "./composition";
import { show } from "./open";
import { prepare } from "./prepare";
import { replaceDraft } from "./save";
import { tellSent } from "./send";
import { type Submitted, sendProblem, submit } from "./submit";

/** The submission of an email that waits for its time; undefined when it has gone, or was called back. */
export async function pendingOf(emailId: Id): Promise<EmailSubmission | undefined> {
  const accountId = client.accountId;
  const request = new Request();
  const query = request.add<QueryResponse>("EmailSubmission/query", {
    accountId,
    filter: { emailIds: [emailId], undoStatus: "pending" },
  });
  const get = request.add<GetResponse<EmailSubmission>>("EmailSubmission/get", {
    accountId,
    "#ids": query.ref("/ids"),
  });
  return (await client.send(request)).of(get).list[0];
}

/** In one step out of the queue and among the drafts; false when it is too late. */
async function cancelSubmission(id: Id): Promise<boolean> {
  const drafts = mailboxWithRole("drafts");
  if (!drafts) throw new ObjectError("notFound", "drafts");
  try {
    const answer = await client.call<SetResponse<EmailSubmission>>("EmailSubmission/set", {
      update: { [id]: { undoStatus: "canceled" } },
      onSuccessUpdateEmail: { [id]: { mailboxIds: { [drafts.id]: true }, "keywords/$draft": true } },
    });
    return !answer.notUpdated?.[id];
  } catch (error) {
    if (error instanceof MethodError) return false;
    throw error;
  }
}

const tooLate = () => showToast({ kind: "problem", text: t("compose.tooLate") });

/** Takes back what was just sent, and opens it again. */
export async function callBack({ submissionId, emailId }: Submitted, kept: Kept): Promise<void> {
  try {
    if (await cancelSubmission(submissionId)) show({ ...kept, draftId: emailId }, true);
    else tooLate();
  } catch (error) {
    failed(error);
  }
}

/** Makes a draft again of what waits, and says what it holds; null (and it was said) when it has gone already. */
async function unschedule(emailId: Id): Promise<Kept | null> {
  const submission = await pendingOf(emailId);
  if (!submission || !(await cancelSubmission(submission.id))) {
    tooLate();
    return null;
  }
  return prepare({ kind: "draft", emailId });
}

async function withDraft(emailId: Id, next: (kept: Kept) => Promise<void> | void): Promise<void> {
  const settle = leaveList([emailId]);
  try {
    const kept = await unschedule(emailId);
    if (kept) await next(kept);
  } catch (error) {
    failed(error);
  } finally {
    settle();
  }
}

/** Opens what waits, to go on writing: it is a draft from now on. */
export function edit(emailId: Id): Promise<void> {
  return withDraft(emailId, (kept) => void show(kept, true));
}

/** Sends what waits now, or at another time. */
export function resend(emailId: Id, at: Date | null): Promise<void> {
  return withDraft(emailId, async (kept) => {
    try {
      tellSent(await submit(kept, at), kept, at);
    } catch (error) {
      show(kept, true).problem.value = sendProblem(error);
    }
  });
}

/** Nothing is sent: the messages are drafts again, of today. */
export async function cancel(emailIds: readonly Id[]): Promise<void> {
  let last: Kept | null = null;
  for (const emailId of emailIds)
    await withDraft(emailId, async (kept) => {
      const { id, attachments } = await replaceDraft(kept);
      last = { ...kept, draftId: id, attachments };
    });
  const kept = last as Kept | null;
  if (!kept) return;
  showToast({
    text: t("scheduled.cancelled", { count: emailIds.length }),
    action: emailIds.length === 1 ? { label: t("reader.resume"), run: () => void show(kept) } : undefined,
  });
}
