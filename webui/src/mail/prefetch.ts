import type { Id } from "../jmap";
import { whenIdle } from "../ui/idle";
import { loadSanitiser, prepareHtml } from "./safeHtml";
import { prefetchBody } from "./store/bodies";
import { currentList } from "./view";

/** What a message says is fetched and made ready before it is opened. */
export async function prefetch(id: Id): Promise<void> {
  try {
    await prepareHtml(await prefetchBody(id));
  } catch {
    // Whoever opens it asks again, and is told.
  }
}

/** While one message is read, those below and above it in the list are fetched. */
export function prefetchNeighbours(id: Id): void {
  whenIdle(async () => {
    const list = currentList.peek();
    const at = list?.indexOf(id) ?? -1;
    if (!list || at < 0) return;
    for (const next of [list.at(at + 1), list.at(at - 1)]) if (next !== undefined) await prefetch(next);
  });
}

/** The code that shows messages is fetched as soon as the browser has nothing better to do. */
export function prefetchCode(): void {
  whenIdle(() => void loadSanitiser().catch(() => undefined));
}
