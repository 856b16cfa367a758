import { expect, it } from "vitest";
import type { DeliveryStatus } from "../jmap";
import { fateOf, sumOf } from "./delivery";

const fate = (delivered: DeliveryStatus["delivered"], smtpReply: string) =>
  fateOf({ delivered, smtpReply, displayed: "unknown" });

it("says what became of a message at a recipient", () => {
  expect(fate("yes", "250 2.1.5 Delivered")).toBe("delivered");
  expect(fate("unknown", "250 2.0.0 Ok: queued as 4F2")).toBe("relayed");
  expect(fate("queued", "250 2.1.5 Queued")).toBe("sending");
  expect(fate("queued", "451 4.7.1 Greylisted, come back later")).toBe("waiting");
});

it("says why it was refused", () => {
  expect(fate("no", "550 5.1.1 No such user")).toBe("noAddress");
  expect(fate("no", "550 5.1.2 Bad destination")).toBe("noDomain");
  expect(fate("no", "556 5.1.10 Null MX")).toBe("noDomain");
  expect(fate("no", "552 5.2.2 Mailbox full")).toBe("full");
  expect(fate("no", "552 5.3.4 Too big")).toBe("tooLarge");
  expect(fate("no", "554 5.4.7 Not delivered in time. Last: 451 4.4.1 No answer")).toBe("late");
  expect(fate("no", "550 5.7.1 Looks like spam")).toBe("unwanted");
  expect(fate("no", "550 Requested action not taken")).toBe("refused");
});

it("sums up by what matters most", () => {
  expect(sumOf(["relayed", "noAddress", "waiting"])).toEqual({ kind: "failed", count: 1 });
  expect(sumOf(["relayed", "sending", "waiting"])).toEqual({ kind: "waiting", count: 1 });
  expect(sumOf(["sending", "delivered"])).toEqual({ kind: "sending", count: 1 });
  expect(sumOf(["relayed", "delivered"])).toEqual({ kind: "delivered", count: 2 });
});
