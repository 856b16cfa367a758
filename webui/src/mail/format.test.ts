// @vitest-environment happy-dom
import { beforeAll, expect, it } from "vitest";
import { loadLanguage } from "../i18n";
import { dayHeading, dueTime, fullAddress, shortTime, size } from "./format";

beforeAll(() => loadLanguage("fr"));

const now = new Date(2026, 10, 25, 15, 0);
const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).toISOString();

it("says the time today, the day this week, the date else", () => {
  expect(shortTime(at(2026, 10, 25, 14, 32), now)).toBe("14:32");
  expect(shortTime(at(2026, 10, 24, 23, 59), now)).toBe("mar.");
  expect(shortTime(at(2026, 9, 12), now)).toBe("12 oct.");
  expect(shortTime(at(2024, 9, 12), now)).toBe("12/10/2024");
});

it("says what is to come by its day", () => {
  expect(dueTime(new Date(2026, 10, 25, 18), now)).toBe("aujourd’hui à 18:00");
  expect(dueTime(new Date(2026, 10, 26, 8), now)).toBe("demain à 08:00");
  expect(dueTime(new Date(2026, 10, 30, 8), now)).toBe("lundi 30 novembre à 08:00");
  expect(dayHeading(at(2026, 10, 26, 8), now)).toBe("Demain");
  expect(dayHeading(at(2026, 10, 30, 8), now)).toBe("Lundi 30 novembre");
});

it("heads rows by day, and older ones by month", () => {
  expect(dayHeading(at(2026, 10, 25, 0, 1), now)).toBe("Aujourd’hui");
  expect(dayHeading(at(2026, 10, 24, 23, 0), now)).toBe("Hier");
  expect(dayHeading(at(2026, 10, 20), now)).toBe("Vendredi 20 novembre");
  expect(dayHeading(at(2026, 9, 1), now)).toBe("Octobre");
  expect(dayHeading(at(2024, 9, 1), now)).toBe("Octobre 2024");
});

it("says days and months in the words that a browser would use", async () => {
  for (const [language, tag] of [
    ["en", "en-GB"],
    ["fr", "fr-FR"],
  ] as const) {
    await loadLanguage(language);
    const by = (date: Date, style: Intl.DateTimeFormatOptions) => date.toLocaleDateString(tag, style);
    const capital = (text: string) => text.charAt(0).toLocaleUpperCase(tag) + text.slice(1);
    for (let month = 0; month < 12; month += 1) {
      const date = new Date(2026, month, month + 1);
      expect(shortTime(date.toISOString(), new Date(2026, 11, 30))).toBe(by(date, { day: "numeric", month: "short" }));
      expect(dayHeading(date.toISOString(), new Date(2027, 0, 30))).toBe(
        capital(by(date, { month: "long", year: "numeric" })),
      );
    }
    for (let day = 19; day < 26; day += 1) {
      const date = new Date(2026, 10, day);
      const later = new Date(2026, 10, day + 3);
      expect(shortTime(date.toISOString(), later)).toBe(by(date, { weekday: "short" }));
      expect(dayHeading(date.toISOString(), later)).toBe(
        capital(by(date, { weekday: "long", day: "numeric", month: "long" })),
      );
    }
  }
});

it("rounds sizes as people read them", () => {
  expect(size(999).replace(/\s/g, " ")).toBe("999 o");
  expect(size(1532).replace(/\s/g, " ")).toBe("1,5 Ko");
  expect(size(20_480_000).replace(/\s/g, " ")).toBe("20 Mo");
});

it("quotes the names that the grammar of addresses wants quoted", () => {
  expect(fullAddress({ name: "Léa Martin", email: "l@a.fr" })).toBe("Léa Martin <l@a.fr>");
  expect(fullAddress({ name: 'Martin, "Léa"', email: "l@a.fr" })).toBe('"Martin, \\"Léa\\"" <l@a.fr>');
  expect(fullAddress({ name: null, email: "l@a.fr" })).toBe("l@a.fr");
});
