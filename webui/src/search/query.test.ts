import { describe, expect, it } from "vitest";
import { parseDate, parseSearch, parseSize, searchFilter, writeTerm } from "./query";

const now = new Date(2026, 10, 25, 12);

describe("parseSearch", () => {
  it("knows operators in both languages, quotes and negation", () => {
    expect(parseSearch('de:martin subject:"conseil de classe" -pj:oui salle 12')).toEqual([
      { operator: "from", value: "martin", negated: false },
      { operator: "subject", value: "conseil de classe", negated: false },
      { operator: "has", value: "oui", negated: true },
      { operator: null, value: "salle", negated: false },
      { operator: null, value: "12", negated: false },
    ]);
  });

  it("takes a word before a colon that is no operator for text", () => {
    expect(parseSearch("Re:rappel http://x.test/a")).toEqual([
      { operator: null, value: "Re:rappel", negated: false },
      { operator: null, value: "http://x.test/a", negated: false },
    ]);
  });

  it("ignores an operator that is still being typed", () => {
    expect(parseSearch("budget de:")).toEqual([{ operator: null, value: "budget", negated: false }]);
  });

  it("keeps phrases as phrases and an open quote as one that ends with the text", () => {
    expect(parseSearch('"bonne année')).toEqual([{ operator: null, value: '"bonne année"', negated: false }]);
  });

  it("reads what it wrote", () => {
    const text = 'de:martin -objet:"conseil de classe" "mot à mot" seul';
    expect(parseSearch(text).map(writeTerm).join(" ")).toBe(text);
  });
});

describe("searchFilter", () => {
  it("joins conditions and turns negated ones round", () => {
    expect(searchFilter(parseSearch("à:lea -est:lu plus:2M"), now)).toEqual({
      operator: "AND",
      conditions: [{ to: "lea" }, { operator: "NOT", conditions: [{ hasKeyword: "$seen" }] }, { minSize: 2_000_000 }],
    });
  });

  it("leaves one condition alone and no condition empty", () => {
    expect(searchFilter(parseSearch("budget"))).toEqual({ text: "budget" });
    expect(searchFilter(parseSearch("avant:jamais"))).toEqual({});
  });
});

describe("parseDate", () => {
  it.each([
    ["31/12/2025", new Date(2025, 11, 31)],
    ["3/9", new Date(2026, 8, 3)],
    ["01.02.24", new Date(2024, 1, 1)],
    ["2026-01-05", new Date(2026, 0, 5)],
    ["09/2025", new Date(2025, 8, 1)],
    ["2024", new Date(2024, 0, 1)],
    ["hier", new Date(2026, 10, 24)],
    ["7j", new Date(2026, 10, 18)],
    ["2m", new Date(2026, 8, 25)],
  ])("reads %s", (text, date) => {
    expect(parseDate(text, now)).toEqual(date);
  });

  it.each(["31/02/2025", "demain peut-être", "12-2025", ""])("refuses %s", (text) => {
    expect(parseDate(text, now)).toBeNull();
  });
});

it.each([
  ["5M", 5_000_000],
  ["300k", 300_000],
  ["1,5Go", 1_500_000_000],
  ["12", 12],
  ["beaucoup", null],
])("reads the size %s", (text, octets) => {
  expect(parseSize(text)).toBe(octets);
});
