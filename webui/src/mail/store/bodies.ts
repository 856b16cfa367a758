import { client } from "../../app/session";
import type { EmailBody, GetResponse, Id } from "../../jmap";

const properties = [
  "id",
  "sender",
  "replyTo",
  "cc",
  "bcc",
  "messageId",
  "inReplyTo",
  "references",
  "textBody",
  "htmlBody",
  "attachments",
  "bodyValues",
];

const most = 60;
/** Octets of text per part; what is longer is cut and can be downloaded. */
const longestText = 1 << 20;

const kept = new Map<Id, Promise<EmailBody>>();

/** What a message says. Bodies never change, so that they are kept; a failure is not. */
export function loadBody(id: Id): Promise<EmailBody> {
  const found = kept.get(id);
  if (found) {
    kept.delete(id);
    kept.set(id, found);
    return found;
  }
  const body = fetchBody(id);
  body.catch(() => kept.delete(id));
  kept.set(id, body);
  const oldest = kept.keys().next().value;
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  return body;
}

async function fetchBody(id: Id): Promise<EmailBody> {
  const answer = await client.call<GetResponse<EmailBody>>("Email/get", {
    ids: [id],
    properties,
    fetchTextBodyValues: true,
    fetchHTMLBodyValues: true,
    maxBodyValueBytes: longestText,
  });
  const body = answer.list[0];
  if (!body) throw new Error(`no email ${id}`);
  return body;
}
