import type { Id } from "../jmap";
import { dayKey } from "./format";

export const headingHeight = 36;

/** The top of row `at` comes after so many rows of one height and so many headings. */
export class Places {
  /** `headings`: the rows that have a heading above them, in order. */
  constructor(
    readonly height: number,
    readonly headings: readonly number[],
  ) {}

  hasHeading(row: number): boolean {
    return this.headings[this.headingsBefore(row)] === row;
  }

  top(row: number): number {
    return row * this.height + this.headingsBefore(row) * headingHeight;
  }

  size(row: number): number {
    return this.height + (this.hasHeading(row) ? headingHeight : 0);
  }

  /** The row that `offset` falls on. */
  rowAt(offset: number): number {
    let low = 0;
    let high = Math.max(0, Math.floor(offset / this.height));
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.top(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private headingsBefore(row: number): number {
    let low = 0;
    let high = this.headings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.headings[middle] as number) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

type Page = readonly (Id | undefined)[];

/**
 * Finds the rows that begin a day: those whose row above is known to be of another. What was worked out for a page
 * is kept while the page stays as it is, so that a long list costs no more than a short one.
 */
export class Headings {
  private kept = new WeakMap<Page, { days: (number | undefined)[]; inside: number[] }>();
  private today = "";

  constructor(
    private readonly pageSize: number,
    private readonly receivedAt: (id: Id) => string | undefined,
  ) {}

  of(pages: ReadonlyMap<number, Page>, now = new Date()): number[] {
    if (this.today !== now.toDateString()) {
      this.today = now.toDateString();
      this.kept = new WeakMap();
    }
    const found: number[] = [];
    for (const page of [...pages.keys()].sort((a, b) => a - b)) {
      const { days, inside } = this.page(pages.get(page) as Page, now);
      const start = page * this.pageSize;
      const before = pages.get(page - 1);
      const above = before && this.page(before, now).days[this.pageSize - 1];
      if (days[0] !== undefined && (page === 0 || (above !== undefined && above !== days[0]))) found.push(start);
      for (const at of inside) found.push(start + at);
    }
    return found;
  }

  private page(ids: Page, now: Date) {
    let known = this.kept.get(ids);
    if (!known) {
      const days = ids.map((id) => {
        const time = id === undefined ? undefined : this.receivedAt(id);
        return time === undefined ? undefined : dayKey(new Date(time), now);
      });
      const inside = days.flatMap((day, at) => {
        const above = days[at - 1];
        return at > 0 && day !== undefined && above !== undefined && day !== above ? [at] : [];
      });
      known = { days, inside };
      // A message that is not known yet will be: then this is worked out again.
      if (!ids.some((id, at) => id !== undefined && days[at] === undefined)) this.kept.set(ids, known);
    }
    return known;
  }
}
