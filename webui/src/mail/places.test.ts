import { expect, it } from "vitest";
import { Headings, Places } from "./places";

it("puts rows below each other, those with a heading lower by its height", () => {
  const places = new Places(48, [0, 3]);
  expect([0, 1, 2, 3, 4].map((row) => places.top(row))).toEqual([0, 84, 132, 180, 264]);
  expect([0, 1, 3].map((row) => places.size(row))).toEqual([84, 48, 84]);
  expect(places.hasHeading(3)).toBe(true);
  expect(places.hasHeading(2)).toBe(false);
});

it("finds the row at any place of a long list", () => {
  const places = new Places(48, [0, 7, 900, 99_000]);
  for (const row of [0, 1, 6, 7, 8, 899, 900, 901, 50_000, 98_999, 99_000, 99_999]) {
    expect(places.rowAt(places.top(row))).toBe(row);
    expect(places.rowAt(places.top(row) + places.size(row) - 1)).toBe(row);
  }
});

it("heads a day once, across pages, and not below a row that is not known", () => {
  const now = new Date(2026, 10, 25, 15);
  const day = (number: number) => new Date(2026, 10, number, 9).toISOString();
  const times: Record<string, string> = { a: day(25), b: day(25), c: day(24), d: day(24), e: day(10), f: day(10) };
  const headings = new Headings(2, (id) => times[id]);
  expect(headings.of(new Map([[0, ["a", "b"]]]), now)).toEqual([0]);
  const pages = new Map<number, (string | undefined)[]>([
    [2, ["e", "f"]],
    [0, ["a", "c"]],
    [1, ["d", undefined]],
  ]);
  expect(headings.of(pages, now)).toEqual([0, 1]);
  pages.set(1, ["d", "d"]);
  expect(headings.of(pages, now)).toEqual([0, 1, 4]);
  expect(headings.of(new Map([[0, ["a", "x"]]]), now)).toEqual([0]);
  times.x = day(24);
  expect(headings.of(new Map([[0, ["a", "x"]]]), now)).toEqual([0, 1]);
});
