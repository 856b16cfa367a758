import { client, personName, username } from "../app/session";
import { type EmailAddress, type GetResponse, type Identity, ObjectError, type SetResponse } from "../jmap";

let known: Promise<Identity[]> | null = null;

/** As whom one may write, the main address first. */
export function identities(): Promise<Identity[]> {
  known ??= client.call<GetResponse<Identity>>("Identity/get", { ids: null }).then(({ list }) => list);
  known.catch(() => {
    known = null;
  });
  return known;
}

/** Changes an identity; the next message that is begun knows it. */
export async function changeIdentity(id: string, change: Partial<Identity>): Promise<void> {
  const answer = await client.call<SetResponse<Identity>>("Identity/set", { update: { [id]: change } });
  const refused = answer.notUpdated?.[id];
  if (refused) throw new ObjectError(refused.type, id, refused.properties ?? [], refused.description ?? undefined);
  forgetIdentities();
}

export function forgetIdentities(): void {
  known = null;
}

export async function identityOf(id: string | null): Promise<Identity | undefined> {
  const all = await identities().catch(() => []);
  return all.find((identity) => identity.id === id) ?? all[0];
}

export function senderOf(identity: Identity | undefined): EmailAddress {
  return identity
    ? { name: identity.name || null, email: identity.email }
    : { name: personName.value || null, email: username.value };
}
