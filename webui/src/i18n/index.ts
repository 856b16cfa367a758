import { signal } from "@preact/signals";
import type french from "./fr.json";

export type Language = "fr" | "en";
export type TextKey = keyof typeof french;
type Forms = { one?: string; other: string };
type Dictionary = Record<string, string | Forms>;
export type Parameters = Record<string, string | number>;

export const languages: readonly Language[] = ["fr", "en"];
export const language = signal<Language>("fr");
const dictionary = signal<Dictionary>({});
let plural = new Intl.PluralRules("fr");
let number = new Intl.NumberFormat("fr");

const load: Record<Language, () => Promise<{ default: Dictionary }>> = {
  fr: () => import("./fr.json"),
  en: () => import("./en.json"),
};

export async function loadLanguage(next: Language): Promise<void> {
  const texts = (await load[next]()).default;
  plural = new Intl.PluralRules(next);
  number = new Intl.NumberFormat(next);
  dictionary.value = texts;
  language.value = next;
  document.documentElement.lang = next;
}

/** The best language for somebody of whom nothing is known but the browser. */
export function browserLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return languages.find((candidate) => candidate === wanted.find((tag) => languages.includes(tag as Language))) ?? "fr";
}

/** The text of a key; `count` chooses between the forms of a plural. */
export function t(key: TextKey, parameters: Parameters = {}): string {
  const entry = dictionary.value[key];
  if (entry === undefined) return key;
  let text: string;
  if (typeof entry === "string") text = entry;
  else text = plural.select(Number(parameters.count ?? 0)) === "one" ? (entry.one ?? entry.other) : entry.other;
  if (!text.includes("{")) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number.format(value) : value;
  });
}

export function formatNumber(value: number): string {
  return number.format(value);
}
