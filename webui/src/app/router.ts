import { computed, signal } from "@preact/signals";
import { writePage } from "../ui/history";

export type Route =
  | { page: "mail"; box: string; email: string | null }
  | { page: "search"; query: string; email: string | null }
  | { page: "settings"; section: string };

const address = signal(location.pathname + location.search);

export const route = computed<Route>(() => parseRoute(address.value));

/** What of the route most of the screen depends on: opening a message draws none of that again. */
export const page = computed(() => route.value.page);
export const box = computed(() => (route.value.page === "mail" ? route.value.box : null));
export const searchQuery = computed(() => (route.value.page === "search" ? route.value.query : null));
const section = computed(() => (route.value.page === "settings" ? route.value.section : null));
export const isGallery = computed(() => section.value === "gallery");

export function parseRoute(path: string): Route {
  const url = new URL(path, "http://localhost");
  const [page, first, second] = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  if (page === "search") return { page, query: url.searchParams.get("q") ?? "", email: first ?? null };
  if (page === "settings") return { page, section: first ?? "general" };
  return {
    page: "mail",
    box: page === "mail" && first ? first : "inbox",
    email: page === "mail" ? (second ?? null) : null,
  };
}

export function pathOf(to: Route): string {
  const parts: (string | null)[] =
    to.page === "mail"
      ? ["mail", to.box, to.email]
      : to.page === "search"
        ? ["search", to.email]
        : ["settings", to.section];
  const path = `/${parts
    .filter((part) => part !== null)
    .map((part) => encodeURIComponent(part as string))
    .join("/")}`;
  return to.page === "search" ? `${path}?q=${encodeURIComponent(to.query)}` : path;
}

export function go(to: Route, options: { replace?: boolean } = {}): void {
  const path = pathOf(to);
  if (path === address.value) return;
  writePage(path, options.replace === true);
  address.value = path;
}

/** Opens a message of the list in view, or with null closes the one that is open. */
export function openEmail(email: string | null, options: { replace?: boolean } = {}): void {
  const now = route.value;
  if (now.page !== "settings") go({ ...now, email }, options);
}

window.addEventListener("popstate", () => {
  address.value = location.pathname + location.search;
});
