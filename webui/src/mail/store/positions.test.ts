import { expect, it } from "vitest";
import { Positions, pageSize } from "./positions";

const page = (from: number, count = pageSize) => Array.from({ length: count }, (_, at) => `m${from + at}`);

function sample(): Positions {
  const positions = new Positions();
  positions.setPage(0, page(0));
  positions.setPage(1999, page(99_950));
  return positions;
}

it("knows what it was told and nothing else", () => {
  const positions = sample();
  expect(positions.at(3)).toBe("m3");
  expect(positions.at(50)).toBeUndefined();
  expect(positions.at(99_999)).toBe("m99999");
  expect(positions.indexOf("m99999")).toBe(99_999);
  expect(positions.indexOf("m50")).toBe(-1);
  expect(positions.isWhole(0, 100_000)).toBe(true);
  expect(positions.isWhole(1, 100_000)).toBe(false);
});

it("closes up behind what is taken out, across what is unknown too", () => {
  const positions = sample();
  expect(positions.remove(new Set(["m0", "m2", "m99998", "x"]))).toBe(3);
  expect(positions.at(0)).toBe("m1");
  expect(positions.at(1)).toBe("m3");
  expect(positions.at(48)).toBeUndefined();
  expect(positions.at(99_996)).toBe("m99999");
  expect(positions.isWhole(0, 99_997)).toBe(false);
});

it("moves as a whole, and forgets what moves before the start or behind the end", () => {
  const positions = sample();
  positions.shift(2);
  expect(positions.at(2)).toBe("m0");
  expect(positions.at(51)).toBe("m49");
  positions.shift(-4);
  expect(positions.at(0)).toBe("m2");
  positions.cut(10);
  expect(positions.entries().map(([, id]) => id)).toEqual(page(2, 10));
  positions.cut(0);
  expect(positions.entries()).toEqual([]);
});

it("replaces a page that changes, so that what was derived from one stays true", () => {
  const positions = sample();
  const first = positions.pages.get(0);
  positions.remove(new Set(["m1"]));
  expect(positions.pages.get(0)).not.toBe(first);
  expect(first).toHaveLength(pageSize);
});
