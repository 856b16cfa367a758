// The page's entries in the browser's history, written in one place: a page that is gone to, and a layer over it
// (a drawer, a composer on a phone) whose entry makes "back" close it.

type Entry = { inside: true; layer?: number };

/** While the entry of a closed layer is being left, which the browser does in its own time: what comes after. */
let leaving: (() => void)[] | null = null;

const openLayers = new Set<number>();

const top = () => history.state as Entry | null;

/** Writes the entry of a page. A layer that lies on top has closed with it: its entry becomes the page's. */
export function writePage(path: string, replace: boolean): void {
  const write = () => {
    if (replace || top()?.layer !== undefined) history.replaceState({ inside: true } satisfies Entry, "", path);
    else history.pushState({ inside: true } satisfies Entry, "", path);
  };
  if (leaving) leaving.push(write);
  else write();
}

/** Writes the entry of a layer over the page; what is returned takes it away when the layer closes by itself. */
export function writeLayer(onBack: () => void): () => void {
  const layer = Math.random();
  const write = () => {
    const below = top()?.layer;
    const entry: Entry = { inside: true, layer };
    // A layer that closes as this one opens hands its entry on.
    if (below !== undefined && !openLayers.has(below)) history.replaceState(entry, "");
    else history.pushState(entry, "");
    openLayers.add(layer);
  };
  let open = true;
  const onPop = () => {
    // Back came to a layer above this one.
    if (top()?.layer === layer) return;
    end();
    onBack();
  };
  const end = () => {
    open = false;
    openLayers.delete(layer);
    window.removeEventListener("popstate", onPop);
  };
  if (leaving) leaving.push(() => open && write());
  else write();
  window.addEventListener("popstate", onPop);
  return () => {
    if (!open) return;
    end();
    // What is gone to in the same instant takes the entry over; only one that is still there then is left.
    setTimeout(() => {
      if (leaving) leaving.push(() => leave(layer));
      else leave(layer);
    });
  };
}

function leave(layer: number): void {
  if (top()?.layer !== layer) return;
  leaving ??= [];
  history.back();
}

// First of all listeners (this module is loaded before those that use it): our own way back is nobody's business.
window.addEventListener("popstate", (event) => {
  if (!leaving) return;
  event.stopImmediatePropagation();
  const waiting = leaving;
  leaving = null;
  for (const [at, next] of waiting.entries()) {
    next();
    // One of them began to leave another entry: the rest waits for that.
    if (leaving) {
      (leaving as (() => void)[]).push(...waiting.slice(at + 1));
      break;
    }
  }
});
