import { client } from "../../app/session";
import { changesSince, type EmailHeader, type GetResponse, type Id, MethodError } from "../../jmap";
import { email, fetchEmails, fetchThreads, forget, isKnown, knownIds, takeRefiled, thread } from "./emails";

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

/** The emails that are new, and whether any came into a folder or left one: then lists are no longer as they were. */
export type Arrivals = { created: Id[]; moved: boolean };

/** Brings every email that is known here up to date. */
export async function syncEmails(): Promise<Arrivals> {
  if (state === null) {
    await beginChanges();
    return { created: [], moved: true };
  }
  try {
    const changes = await changesSince(client, "Email", state);
    state = changes.newState;
    forget(changes.destroyed);
    const known = changes.updated.filter(isKnown);
    const before = known.map(foldersOf);
    if (known.length > 0) await fetchEmails(known);
    const moved =
      known.length < changes.updated.length ||
      changes.created.length > 0 ||
      changes.destroyed.length > 0 ||
      takeRefiled(known) ||
      known.some((id, at) => foldersOf(id) !== before[at]);
    return { created: changes.created, moved };
  } catch (error) {
    if (!(error instanceof MethodError)) throw error;
    await beginChanges();
    await fetchEmails(knownIds());
    return { created: [], moved: true };
  }
}

function foldersOf(id: Id): string {
  return Object.keys(email(id).peek()?.mailboxIds ?? {})
    .sort()
    .join();
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
