import { expect, test } from "vitest";
import { Turns } from "./turns";

test("no more than a few go at a time, in order, and one that fails makes room", async () => {
  const turns = new Turns();
  const begun: number[] = [];
  const end: ((fail: boolean) => void)[] = [];
  let going = 0;
  let most = 0;
  const all = [0, 1, 2, 3, 4].map((at) =>
    turns.take(2, async () => {
      begun.push(at);
      going += 1;
      most = Math.max(most, going);
      const fail = await new Promise<boolean>((resolve) => {
        end[at] = resolve;
      });
      going -= 1;
      if (fail) throw new Error("failed");
      return at;
    }),
  );
  const settled = Promise.allSettled(all);
  for (const at of [1, 0, 2, 3, 4]) {
    await new Promise((resolve) => setTimeout(resolve));
    end[at]?.(at === 1);
  }
  const results = await settled;
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"]);
});
