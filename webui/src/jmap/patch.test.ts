import { expect, it } from "vitest";
import { applyPatch, invertPatch, pathName } from "./patch";

const before = { mailboxIds: { a: true, b: true }, keywords: { $seen: true }, subject: "x" };

it("sets and takes away what paths name, and leaves the original alone", () => {
  const after = applyPatch(before, { "mailboxIds/a": null, "mailboxIds/c": true, "keywords/$flagged": true });
  expect(after).toEqual({ mailboxIds: { b: true, c: true }, keywords: { $seen: true, $flagged: true }, subject: "x" });
  expect(before.mailboxIds).toEqual({ a: true, b: true });
});

it("replaces whole properties", () => {
  expect(applyPatch(before, { mailboxIds: { z: true } }).mailboxIds).toEqual({ z: true });
});

it("is undone by its inverse", () => {
  for (const patch of [
    { "mailboxIds/a": null, "mailboxIds/c": true },
    { mailboxIds: { z: true }, "keywords/$seen": null },
    { "keywords/$flagged": true },
  ])
    expect(applyPatch(applyPatch(before, patch), invertPatch(before, patch))).toEqual(before);
});

it("finds names that hold the characters of paths", () => {
  const patch = { [`keywords/${pathName("a/b~c")}`]: true };
  expect(applyPatch({ keywords: {} }, patch)).toEqual({ keywords: { "a/b~c": true } });
});
