import type { Kept } from "./composition";

// The browser's store takes every word before the network does. An entry lives as long as its composition is
// open; one that is found without a living tab is what a crash has left.

const prefix = "facteur.draft.";
const lockPrefix = "facteur.tab.";
const tab = Math.random().toString(36).slice(2);

type Entry = { tab: string; address: string; kept: Kept };

/** Held as long as the tab lives: how other tabs know. */
let holding = false;
function holdTab(): void {
  if (holding) return;
  holding = true;
  void navigator.locks?.request(lockPrefix + tab, () => new Promise(() => undefined));
}

/** Keeps a composition; false when the store is full or forbidden. */
export function keepLocally(address: string, kept: Kept): boolean {
  holdTab();
  try {
    localStorage.setItem(prefix + kept.key, JSON.stringify({ tab, address, kept } satisfies Entry));
    return true;
  } catch {
    return false;
  }
}

export function dropLocally(key: string): void {
  try {
    localStorage.removeItem(prefix + key);
  } catch {
    // What cannot be removed could not be written either.
  }
}

function entries(): Entry[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => {
        try {
          return [JSON.parse(localStorage.getItem(key) ?? "") as Entry];
        } catch {
          return [];
        }
      });
  } catch {
    return [];
  }
}

/** Whether there is anything to look at: cheap, for the start of the page. */
export function hasOrphans(): boolean {
  return entries().some((entry) => entry.tab !== tab);
}

/** What this person had open in tabs that are no more. */
export async function orphans(address: string): Promise<Kept[]> {
  const locks = await navigator.locks?.query().catch(() => undefined);
  const alive = new Set((locks?.held ?? []).map((lock) => lock.name));
  return entries()
    .filter((entry) => entry.address === address && entry.tab !== tab && !alive.has(lockPrefix + entry.tab))
    .map((entry) => entry.kept);
}

/** Forgets everything of a person who signs out. */
export function forgetLocally(address: string): void {
  for (const entry of entries()) if (entry.address === address) dropLocally(entry.kept.key);
}
