import { effect, type Signal, signal } from "@preact/signals";
import type { Language } from "../i18n";

/** Choices that this browser remembers. A wrong or missing entry is the default. */
export function remembered<T>(key: string, initial: T, valid: (value: unknown) => boolean): Signal<T> {
  let value = initial;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`facteur.${key}`) ?? "null");
    if (valid(stored)) value = stored as T;
  } catch {
    // Storage that is full, forbidden or damaged leaves the default.
  }
  const preference = signal(value);
  let first = true;
  effect(() => {
    const next = JSON.stringify(preference.value);
    if (first) {
      first = false;
      return;
    }
    try {
      localStorage.setItem(`facteur.${key}`, next);
    } catch {
      // The choice then lasts as long as the page.
    }
  });
  return preference;
}

const oneOf =
  <T>(...values: T[]) =>
  (value: unknown) =>
    values.includes(value as T);
export const boolean = (value: unknown) => typeof value === "boolean";
const width = (value: unknown) => typeof value === "number" && value >= 120 && value <= 2000;

export type Theme = "auto" | "light" | "dark";
export type ReaderPlace = "right" | "below" | "off";

export const themePreference = remembered<Theme>("theme", "auto", oneOf<Theme>("auto", "light", "dark"));
export const languagePreference = remembered<Language | null>(
  "language",
  null,
  oneOf<Language | null>("fr", "en", null),
);
export const readerPlace = remembered<ReaderPlace>("reader", "right", oneOf<ReaderPlace>("right", "below", "off"));
export const conversations = remembered("conversations", true, boolean);
export const shortcutsOn = remembered("shortcuts", true, boolean);
/** New mail is told by the system too, when the browser allows it. */
export const notificationsOn = remembered("notifications", false, boolean);
export const foldersWidth = remembered("folders.width", 232, width);
export const listWidth = remembered("list.width", 408, width);
export const listHeight = remembered("list.height", 320, width);
/** Senders whose remote images are shown without asking. */
export const trustedSenders = remembered<string[]>("trusted", [], Array.isArray);

const darkQuery = matchMedia("(prefers-color-scheme: dark)");
export const dark = signal(darkQuery.matches);

export function applyTheme(): void {
  const update = () => {
    dark.value = themePreference.value === "dark" || (themePreference.value === "auto" && darkQuery.matches);
    document.documentElement.dataset.theme = dark.value ? "dark" : "light";
  };
  darkQuery.addEventListener("change", update);
  effect(update);
}
