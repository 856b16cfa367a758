import type { Client } from "./client";
import type { ChangesResponse, Id } from "./types";

export type Changes = { created: Id[]; updated: Id[]; destroyed: Id[]; newState: string };

/** All changes of a type since `state`; throws MethodError "cannotCalculateChanges" when that is too long ago. */
export async function changesSince(client: Client, type: string, state: string): Promise<Changes> {
  const created = new Set<Id>();
  const updated = new Set<Id>();
  const destroyed = new Set<Id>();
  let since = state;
  for (;;) {
    const step = await client.call<ChangesResponse>(`${type}/changes`, { sinceState: since, maxChanges: 500 });
    for (const id of step.created) created.add(id);
    for (const id of step.updated) if (!created.has(id)) updated.add(id);
    for (const id of step.destroyed) {
      updated.delete(id);
      if (!created.delete(id)) destroyed.add(id);
    }
    since = step.newState;
    if (!step.hasMoreChanges) break;
  }
  return { created: [...created], updated: [...updated], destroyed: [...destroyed], newState: since };
}
