import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { lazy } from "../app/lazy";
import { go } from "../app/router";
import type { Id } from "../jmap";
import type { Composition } from "./composition";
import { holdKeys, letGo } from "./held";
import { forgetLocally, hasOrphans } from "./local";

/** How a composition begins. */
export type Start =
  | { kind: "new"; to?: string; mailto?: string }
  | { kind: "reply" | "replyAll" | "forward"; emailId: Id }
  | { kind: "draft"; emailId: Id };

/** The compositions that are open, oldest first. */
export const compositions = signal<readonly Composition[]>([]);

/** Opens a composer. Its code is fetched at the first one: nothing but this file belongs to the first paint. */
export async function compose(start: Start): Promise<void> {
  const keys = holdKeys();
  let opened: Composition | null = null;
  try {
    const { open } = await import("./open");
    opened = await open(start, keys);
    if (opened) keys.takeBack = takeBack(opened);
  } finally {
    if (!opened) letGo(keys);
  }
}

const takeBack = (composition: Composition) => () => void import("./close").then(({ close }) => close(composition));

/** Before a sign-out: what is being written becomes drafts. False when it could not be, and must be looked at. */
export async function closeCompositions(address: string): Promise<boolean> {
  if (compositions.value.length > 0) {
    const { closeAll } = await import("./close");
    if (!(await closeAll())) return false;
  }
  forgetLocally(address);
  return true;
}

const Dock = lazy(() => import("./Dock").then((module) => module.Dock));

/** Where open composers stand; finds again what a tab that died has left. */
export function Compositions() {
  useEffect(() => {
    const { pathname, searchParams } = new URL(location.href);
    if (pathname === "/compose") {
      go({ page: "mail", box: "inbox", email: null }, { replace: true });
      void compose({ kind: "new", mailto: searchParams.get("mailto") ?? "" });
    }
    if (hasOrphans()) void import("./open").then(({ reopenOrphans }) => reopenOrphans());
  }, []);
  return compositions.value.length > 0 ? <Dock /> : null;
}

// Leaving the page while something is being written is worth a question only if it is not yet in the browser's store.
effect(() => {
  const unkept = compositions.value.some((composition) => composition.unkept.value);
  window.onbeforeunload = unkept ? (event) => event.preventDefault() : null;
});
