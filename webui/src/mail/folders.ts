import { client } from "../app/session";
import { t } from "../i18n";
import { type Id, type Mailbox, ObjectError, type SetResponse } from "../jmap";
import { problemText } from "./problem";
import { syncMailboxes } from "./store/mailboxes";

async function set(args: Record<string, unknown>): Promise<SetResponse<Mailbox>> {
  const answer = await client.call<SetResponse<Mailbox>>("Mailbox/set", args);
  const refused = Object.entries({ ...answer.notCreated, ...answer.notUpdated, ...answer.notDestroyed })[0];
  if (refused) throw new ObjectError(refused[1].type, refused[0], refused[1].properties ?? []);
  await syncMailboxes();
  return answer;
}

export async function createFolder(name: string, parentId: Id | null): Promise<Id> {
  const answer = await set({ create: { folder: { name, parentId } } });
  return answer.created?.folder?.id as Id;
}

export async function renameFolder(id: Id, name: string): Promise<void> {
  await set({ update: { [id]: { name } } });
}

/** Refused by the server ("mailboxHasEmail", "mailboxHasChild") while something is in it. */
export async function deleteFolder(id: Id): Promise<void> {
  await set({ destroy: [id] });
}

/** Why a folder was not made or renamed. */
export function folderProblem(error: unknown): string {
  const taken = error instanceof ObjectError && error.type === "invalidProperties";
  return taken ? t("folders.taken") : problemText(error);
}
