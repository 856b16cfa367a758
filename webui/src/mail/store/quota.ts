import { signal } from "@preact/signals";
import { client } from "../../app/session";
import type { GetResponse, Quota } from "../../jmap";

/** Octets used and allowed; null when the server sets no limit or does not tell. */
export const storage = signal<{ used: number; limit: number } | null>(null);

export async function loadQuota(): Promise<void> {
  if (!client.has("urn:ietf:params:jmap:quota")) return;
  const answer = await client.call<GetResponse<Quota>>("Quota/get", { ids: null }, { unasked: true });
  const octets = answer.list.find((quota) => quota.resourceType === "octets");
  storage.value = octets && octets.hardLimit > 0 ? { used: octets.used, limit: octets.hardLimit } : null;
}
