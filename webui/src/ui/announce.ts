import { signal } from "@preact/signals";

/** What screen readers are told in passing. */
export const announcement = signal("");

export function announce(text: string): void {
  announcement.value = text;
}
