import { signal } from "@preact/signals";

/** phone: one level at a time; tablet: folders and list, or the reader; wide: all side by side. */
export type Layout = "phone" | "tablet" | "wide";

const phoneQuery = matchMedia("(max-width: 599px)");
const tabletQuery = matchMedia("(max-width: 899px)");

const measure = (): Layout => (phoneQuery.matches ? "phone" : tabletQuery.matches ? "tablet" : "wide");

export const layout = signal<Layout>(measure());
/** On a phone the folders come over the list when asked for. */
export const foldersOpen = signal(false);

const update = () => {
  layout.value = measure();
  foldersOpen.value = false;
};
phoneQuery.addEventListener("change", update);
tabletQuery.addEventListener("change", update);
