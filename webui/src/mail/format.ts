import { language, t } from "../i18n";
import type { EmailAddress } from "../jmap";

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language.value + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language.value === "en" ? "en-GB" : "fr-FR", options);
    cache.set(key, found);
  }
  return found;
}

const startOfDay = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** Whole days from `date` to `now`, by the calendar: yesterday evening is one day ago. */
export function daysAgo(date: Date, now = new Date()): number {
  return Math.round((startOfDay(now).getTime() - startOfDay(date).getTime()) / 86_400_000);
}

/** The short time of a row: 14:32 today, "mar." this week, "12 oct." else, with the year when it is another. */
export function shortTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysAgo(date, now);
  if (days === 0) return formatter({ hour: "2-digit", minute: "2-digit" }).format(date);
  if (days < 0) return formatter({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(date);
  if (days < 7) return formatter({ weekday: "short" }).format(date);
  if (date.getFullYear() === now.getFullYear()) return formatter({ day: "numeric", month: "short" }).format(date);
  return formatter({ day: "2-digit", month: "2-digit", year: "numeric" }).format(date);
}

/** The time over an open message: "14:32" today, else the day too. */
export function mediumTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  if (daysAgo(date, now) === 0) return formatter(time).format(date);
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return formatter({ weekday: "short", day: "numeric", month: "short", year, ...time }).format(date);
}

/** The time in full, for the head of a message. */
export function longTime(iso: string): string {
  return formatter({
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(iso));
}

/** A time to come, for a sentence: "lundi 30 novembre à 08:00". */
export function dueTime(date: Date, now = new Date()): string {
  const days = -daysAgo(date, now);
  const time = formatter({ hour: "2-digit", minute: "2-digit" }).format(date);
  if (days === 0) return t("due.today", { time });
  if (days === 1) return t("due.tomorrow", { time });
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return t("due.on", { date: formatter({ weekday: "long", day: "numeric", month: "long", year }).format(date), time });
}

/** The heading under which a row stands: a day of the last week, else a month. */
export function dayHeading(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysAgo(date, now);
  if (days === 0) return t("day.today");
  if (days === -1) return t("day.tomorrow");
  if (days === 1) return t("day.yesterday");
  if (days < 7 && days > -7)
    return capitalised(formatter({ weekday: "long", day: "numeric", month: "long" }).format(date));
  const sameYear = date.getFullYear() === now.getFullYear();
  return capitalised(formatter(sameYear ? { month: "long" } : { month: "long", year: "numeric" }).format(date));
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase(language.value) + text.slice(1);
}

/** 1 532 → "1,5 Ko": multiples of 1,000, as the disk's maker and the law count. */
export function size(octets: number): string {
  const units = ["size.b", "size.kb", "size.mb", "size.gb", "size.tb"] as const;
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return t(units[unit] ?? "size.b", {
    value: value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value),
  });
}

/** A person's name, or failing that the address. */
export function displayName(address: EmailAddress): string {
  return address.name?.trim() || address.email;
}

/** `Name <address>`, quoted where the grammar of addresses wants it. */
export function fullAddress({ name, email }: EmailAddress): string {
  if (!name) return email;
  return /^[\p{L}\p{N} '-]+$/u.test(name) ? `${name} <${email}>` : `"${name.replace(/(["\\])/g, "\\$1")}" <${email}>`;
}
