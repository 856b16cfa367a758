import type { Id } from "../jmap";

/** What the last visit knew, so that the next can ask for its first rows before it knows anything. Nothing secret. */
export type Memory = { apiUrl: string; accountId: Id; folders: Record<string, { id: Id; role: string | null }> };

const key = "facteur.begin";

export function recall(): Memory | null {
  try {
    const memory = JSON.parse(localStorage.getItem(key) ?? "null") as Memory | null;
    const holds = typeof memory?.apiUrl === "string" && typeof memory.folders === "object" && memory.folders !== null;
    return holds ? memory : null;
  } catch {
    return null;
  }
}

export function remember(memory: Memory): void {
  try {
    localStorage.setItem(key, JSON.stringify(memory));
  } catch {
    // The next visit then asks one after the other.
  }
}

/** When the session has ended, by a sign-out or by itself: the next who sits here may be another. */
export function forgetMemory(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Then nothing was kept.
  }
}
