import { language, t } from "../i18n";
import type { EmailAddress } from "../jmap";

const styles = {
  dayAndTime: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  medium: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  mediumOfYear: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  },
  weekdayOfYear: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  inFull: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

/** A formatter is dear to make and cheap to use: the first rows do without. */
function formatted(date: Date, style: keyof typeof styles): string {
  const key = language.value + style;
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language.value === "en" ? "en-GB" : "fr-FR", styles[style]);
    made.set(key, found);
  }
  return found.format(date);
}

type Words = "date.weekdays" | "date.shortWeekdays" | "date.months" | "date.shortMonths";
const word = (words: Words, at: number) => t(words).split(" ")[at] ?? "";
const dayAndMonth = (date: Date) => `${date.getDate()} ${word("date.shortMonths", date.getMonth())}`;
const weekdayInFull = (date: Date) =>
  `${word("date.weekdays", date.getDay())} ${date.getDate()} ${word("date.months", date.getMonth())}`;

/** 14:32: reads the same in both languages. */
const timeOf = (date: Date) => `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
const twoDigits = (value: number) => String(value).padStart(2, "0");

const startOfDay = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** Whole days from `date` to `now`, by the calendar: yesterday evening is one day ago. */
export function daysAgo(date: Date, now = new Date()): number {
  return Math.round((startOfDay(now).getTime() - startOfDay(date).getTime()) / 86_400_000);
}

/** The short time of a row: 14:32 today, "mar." this week, "12 oct." else, with the year when it is another. */
export function shortTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysAgo(date, now);
  if (days === 0) return timeOf(date);
  if (days < 0) return formatted(date, "dayAndTime");
  if (days < 7) return word("date.shortWeekdays", date.getDay());
  if (date.getFullYear() === now.getFullYear()) return dayAndMonth(date);
  return `${twoDigits(date.getDate())}/${twoDigits(date.getMonth() + 1)}/${date.getFullYear()}`;
}

/** The time over an open message: "14:32" today, else the day too. */
export function mediumTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (daysAgo(date, now) === 0) return timeOf(date);
  return formatted(date, date.getFullYear() === now.getFullYear() ? "medium" : "mediumOfYear");
}

/** The time in full, for the head of a message. */
export function longTime(iso: string): string {
  return formatted(new Date(iso), "inFull");
}

/** What rows under one heading have in common: the day of the last week, else the month. */
export function dayKey(date: Date, now = new Date()): number {
  const days = daysAgo(date, now);
  return days < 7 && days > -7 ? days : date.getFullYear() * 12 + date.getMonth();
}

/** A time to come, for a sentence: "lundi 30 novembre à 08:00". */
export function dueTime(date: Date, now = new Date()): string {
  const days = -daysAgo(date, now);
  const time = timeOf(date);
  if (days === 0) return t("due.today", { time });
  if (days === 1) return t("due.tomorrow", { time });
  const sameYear = date.getFullYear() === now.getFullYear();
  return t("due.on", { date: sameYear ? weekdayInFull(date) : formatted(date, "weekdayOfYear"), time });
}

/** The heading under which a row stands: a day of the last week, else a month. */
export function dayHeading(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysAgo(date, now);
  if (days === 0) return t("day.today");
  if (days === -1) return t("day.tomorrow");
  if (days === 1) return t("day.yesterday");
  if (days < 7 && days > -7) return capitalised(weekdayInFull(date));
  const month = capitalised(word("date.months", date.getMonth()));
  return date.getFullYear() === now.getFullYear() ? month : `${month} ${date.getFullYear()}`;
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
