import { client } from "../app/session";
import type { Answers, EmailBody, GetResponse, Id, QueryResponse, Request, SetResponse } from "../jmap";
import type { Kept } from "./composition";
import { filesIn } from "./message";

type Files = Kept["attachments"];
type Parts = Pick<EmailBody, "attachments">;

/**
 * Adds the calls that make the email "message" of `kept` in the mailbox, ask where its files lie, and take away the
 * draft that it replaces, but only if it was made: else the words would be nowhere.
 */
export function addCreate(request: Request, email: Record<string, unknown>, kept: Kept, mailboxId: Id) {
  const accountId = client.accountId;
  const create = request.add<SetResponse<{ id: Id }>>("Email/set", { accountId, create: { message: email } });
  const get = request.add<GetResponse<Parts>>("Email/get", {
    accountId,
    ids: ["#message"],
    properties: ["attachments"],
  });
  if (kept.draftId) {
    // A reference to what was not made fails, and so does the call that refers to the failure.
    const made = request.add<QueryResponse>("Email/query", {
      accountId,
      filter: { inMailbox: mailboxId },
      "#anchor": create.ref("/created/message/id"),
      limit: 1,
    });
    request.add("Email/set", { "#accountId": made.ref("/accountId"), destroy: [kept.draftId] });
  }
  return { create, moved: (answers: Answers) => moved(kept, answers.of(get).list[0]) };
}

/**
 * The files of a composition as parts of the email that has just been made of it. The blobs that it was made of are
 * parts of the draft before, or uploads that are not kept for ever.
 */
function moved(kept: Kept, email: Parts | undefined): Files {
  const { related, files } = filesIn(kept);
  const parts = email?.attachments ?? [];
  const sent = [...related, ...files];
  if (parts.length !== sent.length) return kept.attachments;
  const places = new Map(sent.map((file, at) => [file.key, parts[at]?.blobId ?? file.blobId]));
  return kept.attachments.map((file) => ({ ...file, blobId: places.get(file.key) ?? file.blobId }));
}
