import { expect, it } from "vitest";
import { disagreement, isOutside } from "./addresses";

it("sees a name that pretends to be another address", () => {
  expect(disagreement({ name: "rectorat@ac-dijon.fr", email: "x@evil.test" })).toBe("rectorat@ac-dijon.fr");
  expect(disagreement({ name: "Paul (PAUL@a.fr)", email: "paul@a.fr" })).toBeNull();
  expect(disagreement({ name: "Paul", email: "paul@a.fr" })).toBeNull();
});

it("knows the academy's own domain and its subdomains", () => {
  expect(isOutside({ name: null, email: "a@ac-dijon.fr" }, "ac-dijon.fr")).toBe(false);
  expect(isOutside({ name: null, email: "a@Clg.AC-dijon.fr" }, "ac-dijon.fr")).toBe(false);
  expect(isOutside({ name: null, email: "a@xac-dijon.fr" }, "ac-dijon.fr")).toBe(true);
});
