import { signal } from "@preact/signals";
import { client } from "../../app/session";
import {
  type Comparator,
  type EmailHeader,
  type Filter,
  type GetResponse,
  type Id,
  MethodError,
  type QueryResponse,
  Request,
  type Thread,
} from "../../jmap";
import { email, fetchEmails, headerProperties, isKnown, putEmails, putThreads } from "./emails";

export const pageSize = 50;
/** Ids alone are small: a large folder takes few exchanges. */
const idsAtOnce = 5000;

export type ListQuery = { filter: Filter | null; sort: Comparator[]; collapseThreads: boolean };

/**
 * A query's result of any length, of which only what has been looked at is here. Positions are rows; a hole
 * is a row that has not been fetched.
 */
export class EmailList {
  /** Counts every change of what follows. */
  readonly version = signal(0);
  readonly total = signal<number | null>(null);
  readonly failed = signal(false);
  /** By how many rows what is in view has moved, for the scroller to follow. */
  onShift: ((rows: number) => void) | null = null;

  private ids: (Id | undefined)[] = [];
  private fresh = new Set<number>();
  private loading = new Map<number, Promise<void>>();
  private view = { first: 0, last: pageSize - 1 };
  private generation = 0;
  private holds = 0;
  private stale = false;

  constructor(readonly query: ListQuery) {}

  at(position: number): Id | undefined {
    return this.ids[position];
  }

  indexOf(id: Id): number {
    return this.ids.indexOf(id);
  }

  /** The ids that are known, in order. */
  known(): Id[] {
    return this.ids.filter((id): id is Id => id !== undefined);
  }

  /** The ids of the whole result, in order, fetched or not. */
  async everyId(): Promise<Id[]> {
    const ids = new Set<Id>();
    for (let position = 0; ; ) {
      const answer = await client.call<QueryResponse>("Email/query", { ...this.query, position, limit: idsAtOnce });
      for (const id of answer.ids) ids.add(id);
      position += answer.ids.length;
      if (answer.ids.length < Math.min(idsAtOnce, answer.limit ?? idsAtOnce)) return [...ids];
    }
  }

  /** Tells which rows are in view, and fetches those that are missing or old. */
  show(first: number, last: number): Promise<void> {
    this.view = { first, last };
    const end = this.total.peek() === null ? Math.max(last, pageSize - 1) : last;
    const pages: Promise<void>[] = [];
    for (let page = Math.floor(Math.max(0, first) / pageSize); page * pageSize <= end; page += 1)
      if (!this.fresh.has(page)) pages.push(this.load(page));
    return Promise.all(pages).then(() => undefined);
  }

  /** The row of `id` becomes known even if nobody has scrolled there. */
  async reveal(id: Id): Promise<number> {
    const known = this.indexOf(id);
    if (known >= 0) return known;
    try {
      const answer = await client.call<QueryResponse>("Email/query", {
        ...this.query,
        anchor: id,
        limit: 1,
      });
      await this.show(answer.position, answer.position);
      return this.indexOf(id);
    } catch (error) {
      if (error instanceof MethodError) return -1;
      throw error;
    }
  }

  /** Something has changed on the server: fetches again what is in view, the rest when it comes into view. */
  async refresh(): Promise<void> {
    if (this.holds > 0) {
      this.stale = true;
      return;
    }
    this.stale = false;
    this.generation += 1;
    this.fresh.clear();
    this.loading.clear();
    await this.followAnchor();
    await this.show(this.view.first, this.view.last);
  }

  /** Takes rows out at once (null: all of them); until `release` the server's view is not asked for. */
  hold(without: ReadonlySet<Id> | null): void {
    this.holds += 1;
    if (without === null) {
      this.ids = [];
      this.total.value = 0;
      this.changed();
      return;
    }
    const before = this.ids.length;
    const gone = this.ids.reduce((count, id) => count + (id !== undefined && without.has(id) ? 1 : 0), 0);
    if (gone === 0) return;
    // Rows that were fetched keep their order; the pages behind the gap no longer begin where they did.
    this.ids = this.ids.filter((id) => id === undefined || !without.has(id));
    this.ids.length = Math.max(0, before - gone);
    this.total.value = this.total.peek() === null ? null : Math.max(0, (this.total.peek() as number) - gone);
    this.generation += 1;
    this.loading.clear();
    this.fresh = new Set([...this.fresh].filter((page) => this.isWhole(page)));
    this.changed();
  }

  release(): void {
    this.holds -= 1;
    if (this.holds > 0) return;
    if (this.stale) void this.refresh();
    else void this.show(this.view.first, this.view.last);
  }

  private isWhole(page: number): boolean {
    const end = Math.min((page + 1) * pageSize, this.total.peek() ?? Number.POSITIVE_INFINITY);
    for (let at = page * pageSize; at < end; at += 1) if (this.ids[at] === undefined) return false;
    return true;
  }

  /** When rows came or went above what is in view, moves everything by as many, so that the eye keeps its place. */
  private async followAnchor(): Promise<void> {
    if (this.view.first === 0) return;
    const anchor = this.ids[this.view.first];
    if (anchor === undefined) return;
    const generation = this.generation;
    try {
      const answer = await client.call<QueryResponse>("Email/query", { ...this.query, anchor, limit: 1 });
      if (generation !== this.generation) return;
      const shift = answer.position - this.view.first;
      if (shift === 0) return;
      if (shift > 0) this.ids.unshift(...new Array<undefined>(shift).fill(undefined));
      else this.ids.splice(0, -shift);
      this.view = { first: this.view.first + shift, last: this.view.last + shift };
      this.onShift?.(shift);
    } catch (error) {
      if (!(error instanceof MethodError)) throw error;
    }
  }

  private load(page: number): Promise<void> {
    const running = this.loading.get(page);
    if (running) return running;
    const generation = this.generation;
    const promise = this.fetchPage(page, generation)
      .then(() => {
        this.failed.value = false;
      })
      .catch(() => {
        // The next look at these rows tries again.
        this.failed.value = true;
      })
      .finally(() => {
        if (this.loading.get(page) === promise) this.loading.delete(page);
      });
    this.loading.set(page, promise);
    return promise;
  }

  private async fetchPage(page: number, generation: number): Promise<void> {
    const accountId = client.accountId;
    const request = new Request();
    const query = request.add<QueryResponse>("Email/query", {
      accountId,
      ...this.query,
      position: page * pageSize,
      limit: pageSize,
      calculateTotal: true,
    });
    const get = request.add<GetResponse<EmailHeader>>("Email/get", {
      accountId,
      "#ids": query.ref("/ids"),
      properties: headerProperties,
    });
    const threads = request.add<GetResponse<Thread>>("Thread/get", {
      accountId,
      "#ids": get.ref("/list/*/threadId"),
    });
    const answers = await client.send(request);
    const result = answers.of(query);
    putEmails(answers.of(get).list);
    const found = answers.of(threads).list;
    putThreads(found);
    if (generation === this.generation) {
      this.place(page, result);
      this.changed();
    }
    const missing = found.flatMap((item) => item.emailIds).filter((id) => !isKnown(id));
    if (missing.length > 0) await fetchEmails(missing);
  }

  private place(page: number, result: QueryResponse): void {
    const total = result.total ?? page * pageSize + result.ids.length;
    this.total.value = total;
    this.ids.length = total;
    for (let at = 0; at < pageSize; at += 1) {
      const position = page * pageSize + at;
      if (position < total) this.ids[position] = result.ids[at];
    }
    this.fresh.add(page);
  }

  private changed(): void {
    this.version.value += 1;
  }
}

/** The emails that a row stands for: its whole thread when conversations are shown, else itself. */
export function threadOf(id: Id): Id | undefined {
  return email(id).value?.threadId;
}
