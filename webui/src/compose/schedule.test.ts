import { expect, it } from "vitest";
import { dateWithOffset, fieldValue, presets } from "./schedule";

const shown = (now: Date) => presets(now).map(({ id, at }) => `${id} ${fieldValue(at)}`);

it("offers this evening, tomorrow morning and Monday", () => {
  expect(shown(new Date(2026, 10, 25, 14, 2))).toEqual([
    "tonight 2026-11-25T18:00",
    "tomorrow 2026-11-26T08:00",
    "monday 2026-11-30T08:00",
  ]);
});

it("offers no evening that has begun, and Monday once", () => {
  expect(shown(new Date(2026, 10, 29, 17, 45))).toEqual(["tomorrow 2026-11-30T08:00"]);
  expect(shown(new Date(2026, 10, 30, 20))).toEqual(["tomorrow 2026-12-01T08:00", "monday 2026-12-07T08:00"]);
});

it("writes a date that is the same instant", () => {
  const date = new Date(2026, 6, 1, 8, 5, 9);
  const written = dateWithOffset(date);
  expect(written).toMatch(/^2026-07-01T08:05:09(Z|[+-]\d\d:\d\d)$/);
  expect(new Date(written).getTime()).toBe(date.getTime());
});
