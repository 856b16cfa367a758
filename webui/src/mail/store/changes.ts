import { client } from "../../app/session";
import { changesSince, type EmailHeader, type GetResponse, type Id, MethodError } from "../../jmap";
import { fetchEmails, fetchThreads, forget, isKnown, knownIds, thread } from "./emails";

let state: string | null = null;

/** Remembers where changes begin. */
export function beginAt(emailState: string, newThreadState: string): void {
  state = emailState;
  threadState = newThreadState;
}

async function beginChanges(): Promise<void> {
  const answer = await client.call<GetResponse<EmailHeader>>("Email/get", { ids: [], properties: ["id"] });
  state = answer.state;
}

/** Brings every email that is known here up to date; returns the ids of those that are new. */
export async function syncEmails(): Promise<Id[]> {
  if (state === null) {
    await beginChanges();
    return [];
  }
  try {
    const changes = await changesSince(client, "Email", state);
    state = changes.newState;
    forget(changes.destroyed);
    const known = changes.updated.filter(isKnown);
    if (known.length > 0) await fetchEmails(known);
    return changes.created;
  } catch (error) {
    if (!(error instanceof MethodError)) throw error;
    await beginChanges();
    await fetchEmails(knownIds());
    return [];
  }
}

let threadState: string | null = null;

/** Brings the threads that are known here up to date: a reply that came in joins the open conversation. */
export async function syncThreads(): Promise<void> {
  if (threadState === null) {
    threadState = (await client.call<GetResponse<unknown>>("Thread/get", { ids: [] })).state;
    return;
  }
  try {
    const changes = await changesSince(client, "Thread", threadState);
    threadState = changes.newState;
    const known = changes.updated.filter((id) => thread(id).peek() !== undefined);
    if (known.length > 0) await fetchThreads(known);
  } catch (error) {
    if (!(error instanceof MethodError)) throw error;
    threadState = null;
    await syncThreads();
  }
}
