import type { Id } from "../../jmap";

export const pageSize = 50;

type Page = readonly (Id | undefined)[];

/** Ids by their position in a result of any length, most of it unknown: only pages with something in them exist. */
export class Positions {
  /** A page that changes is replaced, so that what was worked out from one can be kept with it. */
  readonly pages = new Map<number, Page>();

  at(position: number): Id | undefined {
    return this.pages.get(Math.floor(position / pageSize))?.[position % pageSize];
  }

  indexOf(id: Id): number {
    for (const [page, ids] of this.pages) {
      const found = ids.indexOf(id);
      if (found >= 0) return page * pageSize + found;
    }
    return -1;
  }

  /** Every position that is known, in order. */
  entries(): [position: number, id: Id][] {
    const found: [number, Id][] = [];
    for (const page of [...this.pages.keys()].sort((a, b) => a - b))
      this.pages.get(page)?.forEach((id, at) => {
        if (id !== undefined) found.push([page * pageSize + at, id]);
      });
    return found;
  }

  setPage(page: number, ids: Page): void {
    this.pages.set(page, ids);
  }

  isWhole(page: number, total: number): boolean {
    const ids = this.pages.get(page);
    const size = Math.min(pageSize, total - page * pageSize);
    for (let at = 0; at < size; at += 1) if (ids?.[at] === undefined) return false;
    return true;
  }

  /** Moves everything by `rows`; what would stand before the first position is forgotten. */
  shift(rows: number): void {
    this.replace(this.entries().map(([position, id]) => [position + rows, id]));
  }

  /** Takes ids out; what stood behind each closes up. Returns how many there were. */
  remove(gone: ReadonlySet<Id>): number {
    let removed = 0;
    const rest: [number, Id][] = [];
    for (const [position, id] of this.entries()) {
      if (gone.has(id)) removed += 1;
      else rest.push([position - removed, id]);
    }
    if (removed > 0) this.replace(rest);
    return removed;
  }

  /** Forgets what stands at or behind the end. */
  cut(total: number): void {
    const last = Math.floor((total - 1) / pageSize);
    for (const page of this.pages.keys()) if (page > last) this.pages.delete(page);
    const ids = this.pages.get(last);
    const room = total - last * pageSize;
    if (ids && ids.length > room) this.pages.set(last, ids.slice(0, room));
  }

  clear(): void {
    this.pages.clear();
  }

  private replace(entries: readonly [number, Id][]): void {
    const pages = new Map<number, (Id | undefined)[]>();
    for (const [position, id] of entries) {
      if (position < 0) continue;
      const page = Math.floor(position / pageSize);
      const ids = pages.get(page) ?? new Array<Id | undefined>(pageSize).fill(undefined);
      ids[position % pageSize] = id;
      pages.set(page, ids);
    }
    this.pages.clear();
    for (const [page, ids] of pages) this.pages.set(page, ids);
  }
}
