import { expect, it } from "vitest";
import { safeName, uniqueNames } from "./zip";

it("gives files of one name names of their own", () => {
  expect(uniqueNames(["plan.pdf", "Plan.pdf", "plan.pdf", "sans"])).toEqual([
    "plan.pdf",
    "Plan (2).pdf",
    "plan (3).pdf",
    "sans",
  ]);
});

it("lets no name leave its folder", () => {
  expect(safeName("../../etc/passwd")).toBe("__.._etc_passwd");
  expect(safeName("a\u0000b:c?.txt")).toBe("a_b_c_.txt");
  expect(safeName("")).toBe("_");
});
