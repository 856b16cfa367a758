import { signal } from "@preact/signals";
import type { Id } from "../jmap";

/** How a composition begins. */
export type Start =
  | { kind: "new"; to?: string }
  | { kind: "reply" | "replyAll" | "forward"; emailId: Id }
  | { kind: "draft"; emailId: Id };

/** The compositions that are open, oldest first. */
export const starts = signal<readonly Start[]>([]);

/** Opens a composer; its code is fetched at the first one. */
export async function compose(start: Start): Promise<void> {
  starts.value = [...starts.value, start];
}

/** Where open composers stand. */
export function Compositions() {
  return null;
}
