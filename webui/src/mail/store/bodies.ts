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

type Kept = { body: Promise<EmailBody>; unasked: boolean };

const kept = new Map<Id, Kept>();

/** What a message says. Bodies never change, so that they are kept; a failure is not. */
export function loadBody(id: Id): Promise<EmailBody> {
  const found = kept.get(id);
  if (!found) return keep(id, fetchBody(id, false), false);
  // Fetched ahead in vain, as when the session had ended: this time somebody waits for it.
  if (found.unasked)
    return keep(
      id,
      found.body.catch(() => fetchBody(id, false)),
      false,
    );
  return keep(id, found.body, false);
}

/** Fetches what a message says before anybody asks for it. */
export function prefetchBody(id: Id): void {
  if (!kept.has(id)) keep(id, fetchBody(id, true), true);
}

function keep(id: Id, body: Promise<EmailBody>, unasked: boolean): Promise<EmailBody> {
  kept.delete(id);
  kept.set(id, { body, unasked });
  body.catch(() => {
    if (kept.get(id)?.body === body) kept.delete(id);
  });
  const oldest = kept.keys().next().value;
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  return body;
}

async function fetchBody(id: Id, unasked: boolean): Promise<EmailBody> {
  const args = {
    ids: [id],
    properties,
    fetchTextBodyValues: true,
    fetchHTMLBodyValues: true,
    maxBodyValueBytes: longestText,
  };
  const answer = await client.call<GetResponse<EmailBody>>("Email/get", args, { unasked });
  const body = answer.list[0];
  if (!body) throw new Error(`no email ${id}`);
  return body;
}
