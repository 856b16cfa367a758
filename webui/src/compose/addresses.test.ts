import { expect, it } from "vitest";
import { isPlausible, parseAddresses } from "./addresses";

it("reads lists as people paste them", () => {
  expect(parseAddresses('Léa <lea@ac.fr>, "Martin, Paul" <p@ac.fr>; x@y.fr\n"A \\"B\\"" <c@d.fr>')).toEqual([
    { name: "Léa", email: "lea@ac.fr" },
    { name: "Martin, Paul", email: "p@ac.fr" },
    { name: null, email: "x@y.fr" },
    { name: 'A "B"', email: "c@d.fr" },
  ]);
});

it("writes domains with accents as DNS knows them", () => {
  expect(parseAddresses("Léa <lea@Collège.fr>, paul@exämple.org, lea@é /x").map(({ email }) => email)).toEqual([
    "lea@xn--collge-6ua.fr",
    "paul@xn--exmple-cua.org",
    "lea@é /x",
  ]);
});

it("keeps what is no address", () => {
  expect(parseAddresses("lea, ,")).toEqual([{ name: null, email: "lea" }]);
  expect(isPlausible("lea")).toBe(false);
  expect(isPlausible("lea@ac-dijon.fr")).toBe(true);
  expect(isPlausible("lea@ac-dijon.fr.")).toBe(false);
});
