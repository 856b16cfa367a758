import { expect, it } from "vitest";
import { changesSince } from "./changes";
import type { Client } from "./client";

function clientOf(...steps: object[]): Client {
  return { call: async () => steps.shift() } as unknown as Client;
}

it("joins the steps of long changes", async () => {
  const client = clientOf(
    { created: ["a", "b"], updated: ["x"], destroyed: [], newState: "2", hasMoreChanges: true },
    { created: ["c"], updated: ["a", "y"], destroyed: ["b", "x"], newState: "3", hasMoreChanges: false },
  );
  expect(await changesSince(client, "Email", "1")).toEqual({
    created: ["a", "c"],
    updated: ["y"],
    destroyed: ["x"],
    newState: "3",
  });
});
