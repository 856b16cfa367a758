import type { TextKey } from "../i18n";

/** A time at which people like their mail to go. */
export type Preset = { id: "tonight" | "tomorrow" | "monday"; text: TextKey; at: Date };

const evening = 18;
const morning = 8;
/** Less than this before the evening, "tonight" is now. */
const leastAhead = 30 * 60_000;

const on = (now: Date, days: number, hour: number) =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);

/** What is offered at `now`: this evening while it is to come, tomorrow morning, and Monday when that is later. */
export function presets(now: Date): Preset[] {
  const found: Preset[] = [];
  const tonight = on(now, 0, evening);
  if (tonight.getTime() - now.getTime() >= leastAhead)
    found.push({ id: "tonight", text: "later.tonight", at: tonight });
  found.push({ id: "tomorrow", text: "later.tomorrow", at: on(now, 1, morning) });
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  if (untilMonday > 1) found.push({ id: "monday", text: "later.monday", at: on(now, untilMonday, morning) });
  return found;
}

const two = (number: number) => String(number).padStart(2, "0");

/** The value of a field of type datetime-local. */
export function fieldValue(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A JMAP Date with the offset of here, so that the message is dated as its writer's clock shows. */
export function dateWithOffset(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const size = Math.abs(offset);
  const zone = offset === 0 ? "Z" : `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${fieldValue(date)}:${two(date.getSeconds())}${zone}`;
}

/** The same in UTC, without the parts of a second that JMAP does not have there. */
export function utcDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
