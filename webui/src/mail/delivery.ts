import type { DeliveryStatus } from "../jmap";

/** What became of a message at one recipient, as a person would say it. */
export type Fate =
  | "delivered"
  | "relayed"
  | "sending"
  | "waiting"
  | "noAddress"
  | "noDomain"
  | "full"
  | "tooLarge"
  | "late"
  | "unwanted"
  | "refused";

const reasons: [RegExp, Fate][] = [
  [/^5\.1\.(?:2|10)$|^5\.4\.4$/, "noDomain"],
  [/^5\.1\./, "noAddress"],
  [/^5\.2\.2$/, "full"],
  [/^5\.2\.3$|^5\.3\.4$/, "tooLarge"],
  [/^5\.4\.7$/, "late"],
  [/^5\.7\./, "unwanted"],
];

/** By RFC 8621 section 7 and, for a refusal, the enhanced status code of its reply (RFC 3463). */
export function fateOf({ delivered, smtpReply }: DeliveryStatus): Fate {
  if (delivered === "yes") return "delivered";
  if (delivered === "queued") return smtpReply.startsWith("4") ? "waiting" : "sending";
  // Unknown: another server has it, what becomes of it there nobody tells.
  if (delivered === "unknown") return "relayed";
  const code = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(smtpReply)?.[0] ?? "";
  return reasons.find(([pattern]) => pattern.test(code))?.[1] ?? "refused";
}

const good: readonly Fate[] = ["delivered", "relayed"];
const pending: readonly Fate[] = ["sending", "waiting"];

export type Sum = { kind: "failed" | "waiting" | "sending" | "delivered"; count: number };

/** What matters most of all recipients' fates, and how many share it. */
export function sumOf(fates: readonly Fate[]): Sum {
  const failed = fates.filter((fate) => !good.includes(fate) && !pending.includes(fate)).length;
  if (failed > 0) return { kind: "failed", count: failed };
  const waiting = fates.filter((fate) => fate === "waiting").length;
  if (waiting > 0) return { kind: "waiting", count: waiting };
  const sending = fates.filter((fate) => fate === "sending").length;
  return sending > 0 ? { kind: "sending", count: sending } : { kind: "delivered", count: fates.length };
}
