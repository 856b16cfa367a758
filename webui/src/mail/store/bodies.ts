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

type Kept = { body: Promise<EmailBody>; unasked: boolean; arrived?: EmailBody };

const kept = new Map<Id, Kept>();

/** What a message says. Bodies never change, so that they are kept; a failure is not. */
export function loadBody(id: Id): Promise<EmailBody> {
  const found = kept.get(id);
  if (!found) return keep(id, fetchBody(id, false), false);
  if (found.arrived) found.unasked = false;
  if (!found.unasked) return found.body;
  // Fetched ahead in vain, as when the session had ended: this time somebody waits for it.
  return keep(
    id,
    found.body.catch(() => fetchBody(id, false)),
    false,
  );
}

/** What a message says, when that is here already. */
export function bodyAtHand(id: Id): EmailBody | null {
  return kept.get(id)?.arrived ?? null;
}

/** Fetches what a message says before anybody asks for it. */
export function prefetchBody(id: Id): Promise<EmailBody> {
  return kept.get(id)?.body ?? keep(id, fetchBody(id, true), true);
}

function keep(id: Id, body: Promise<EmailBody>, unasked: boolean): Promise<EmailBody> {
  kept.delete(id);
  const entry: Kept = { body, unasked };
  kept.set(id, entry);
  body.then(
    (arrived) => {
      entry.arrived = arrived;
    },
    () => {
      if (kept.get(id) === entry) kept.delete(id);
    },
  );
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
