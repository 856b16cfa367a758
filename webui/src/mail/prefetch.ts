import type { Id } from "../jmap";
import { neighbour } from "./actions";
import { prefetchBody } from "./store/bodies";

const restBefore = 80;
let timer: ReturnType<typeof setTimeout> | undefined;

/** A pointer that rests on a row is likely to press it: what it says is fetched meanwhile. */
export function pointerRests(id: Id): void {
  clearTimeout(timer);
  timer = setTimeout(() => prefetchBody(id), restBefore);
}

export function pointerLeaves(): void {
  clearTimeout(timer);
}

/** While one message is read, the next in the list is fetched. */
export function prefetchNext(id: Id): void {
  const next = neighbour(new Set([id]));
  if (next !== null) prefetchBody(next);
}

/** The code that shows messages is fetched as soon as the browser has nothing better to do. */
export function prefetchCode(): void {
  const later = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
  later(() => void import("./sanitise").catch(() => undefined));
}
