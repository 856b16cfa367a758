import { signal } from "@preact/signals";
import { client } from "../../app/session";
import { changesSince, type EmailSubmission, type GetResponse, type Id, type QueryResponse, Request } from "../../jmap";
import { fateOf, sumOf } from "../delivery";

/** What a row of a sent message warns of: somebody did not get it, or not yet. */
export type Trouble = "failed" | "waiting";

/** The messages sent lately that did not reach everybody. */
export const troubles = signal<ReadonlyMap<Id, Trouble>>(new Map());

const lately = 14 * 86_400_000;
const most = 500;
const properties = ["emailId", "deliveryStatus"];

let state: string | null = null;
let asking: Promise<void> | null = null;

/** Asks once how what was sent lately has fared; from then on `followTroubles` keeps it true. */
export function beginTroubles(): Promise<void> {
  if (state !== null) return Promise.resolve();
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

async function ask(): Promise<void> {
  const { accountId } = client;
  const request = new Request();
  const query = request.add<QueryResponse>("EmailSubmission/query", {
    accountId,
    filter: { after: new Date(Date.now() - lately).toISOString().replace(/\.\d+Z$/, "Z") },
    sort: [{ property: "sentAt", isAscending: false }],
    limit: Math.min(most, client.limits.maxObjectsInGet),
  });
  const get = request.add<GetResponse<EmailSubmission>>("EmailSubmission/get", {
    accountId,
    "#ids": query.ref("/ids"),
    properties,
  });
  const answer = (await client.send(request, { unasked: true })).of(get);
  troubles.value = new Map();
  take(answer.list);
  state = answer.state;
}

/** The server has told of a change: only what changed is asked for, and nothing when no row has wanted to know. */
export async function followTroubles(): Promise<void> {
  await asking;
  if (state === null) return;
  const since = state;
  state = null;
  try {
    const { created, updated, newState } = await changesSince(client, "EmailSubmission", since);
    const ids = [...created, ...updated].slice(-client.limits.maxObjectsInGet);
    if (ids.length > 0)
      take((await client.call<GetResponse<EmailSubmission>>("EmailSubmission/get", { ids, properties })).list);
    state = newState;
  } catch {
    // Too long ago, or the line is down: asked from the beginning.
    await beginTroubles();
  }
}

function take(list: readonly Pick<EmailSubmission, "emailId" | "deliveryStatus">[]): void {
  const next = new Map(troubles.peek());
  for (const { emailId, deliveryStatus } of list) {
    const { kind } = sumOf(Object.values(deliveryStatus ?? {}).map(fateOf));
    if (kind === "failed" || kind === "waiting") next.set(emailId, kind);
    else next.delete(emailId);
  }
  if (next.size > 0 || troubles.peek().size > 0) troubles.value = next;
}
