import { signal } from "@preact/signals";
import { client } from "../../app/session";
import {
  type Answers,
  type Call,
  type Comparator,
  type EmailHeader,
  type Filter,
  type GetResponse,
  type Id,
  MethodError,
  type QueryResponse,
  Request,
  type ResultReference,
  type Thread,
} from "../../jmap";
import { fetchEmails, headerProperties, isKnown, putEmails, putThreads } from "./emails";
import { Positions, pageSize } from "./positions";

/** Ids alone are small: a large folder takes few exchanges. */
const idsAtOnce = 5000;

export type ListQuery = { filter: Filter | null; sort: Comparator[]; collapseThreads: boolean };

type PageCalls = {
  query: Call<QueryResponse>;
  threads: Call<GetResponse<Thread>> | null;
  emails: Call<GetResponse<EmailHeader>>;
};

/** The calls that fetch a page's rows and all that they show, in one exchange. */
function addPage(request: Request, accountId: Id, query: ListQuery, page: number): PageCalls {
  const found = request.add<QueryResponse>("Email/query", {
    accountId,
    ...query,
    position: page * pageSize,
    limit: pageSize,
    calculateTotal: true,
  });
  const get = (properties: string[], ids: ResultReference) =>
    request.add<GetResponse<EmailHeader>>("Email/get", { accountId, "#ids": ids, properties });
  if (!query.collapseThreads) return { query: found, threads: null, emails: get(headerProperties, found.ref("/ids")) };
  const heads = get(["threadId"], found.ref("/ids"));
  const threads = request.add<GetResponse<Thread>>("Thread/get", {
    accountId,
    "#ids": heads.ref("/list/*/threadId"),
  });
  return { query: found, threads, emails: get(headerProperties, threads.ref("/list/*/emailIds")) };
}

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

  private readonly positions = new Positions();
  private fresh = new Set<number>();
  private loading = new Map<number, Promise<void>>();
  private view = { first: 0, last: pageSize - 1, eye: 0 };
  private generation = 0;
  private holds = 0;
  private stale = false;

  constructor(readonly query: ListQuery) {}

  /** Everything that lies in one folder: what a message is marked with does not matter. */
  get isWholeFolder(): boolean {
    return Object.keys(this.query.filter ?? {}).join() === "inMailbox";
  }

  at(position: number): Id | undefined {
    return this.positions.at(position);
  }

  indexOf(id: Id): number {
    return this.positions.indexOf(id);
  }

  /** The rows that are known, in order. */
  entries(): [position: number, id: Id][] {
    return this.positions.entries();
  }

  known(): Id[] {
    return this.entries().map(([, id]) => id);
  }

  /** What is known, in pieces that keep their identity while they stay as they are. */
  get pages(): ReadonlyMap<number, readonly (Id | undefined)[]> {
    return this.positions.pages;
  }

  /** The ids of the whole result, in order, fetched or not. */
  everyId(): Promise<Id[]> {
    return this.idsFrom(0, Number.POSITIVE_INFINITY);
  }

  /** The ids from one row to another, whichever comes first; at once when all of them are known. */
  between(one: number, other: number): Id[] | Promise<Id[]> {
    const first = Math.max(0, Math.min(one, other));
    const last = Math.max(one, other);
    const ids: Id[] = [];
    for (let row = first; row <= last; row += 1) {
      const id = this.at(row);
      if (id === undefined) return this.idsFrom(first, last + 1);
      ids.push(id);
    }
    return ids;
  }

  private async idsFrom(first: number, end: number): Promise<Id[]> {
    const ids = new Set<Id>();
    for (let position = first; position < end; ) {
      const wanted = Math.min(idsAtOnce, end - position);
      const answer = await client.call<QueryResponse>("Email/query", { ...this.query, position, limit: wanted });
      for (const id of answer.ids) ids.add(id);
      position += answer.ids.length;
      if (answer.ids.length < Math.min(wanted, answer.limit ?? wanted)) break;
    }
    return [...ids];
  }

  /** Tells which rows are wanted and which is the topmost in view; fetches those that are missing or old. */
  show(first: number, last: number, eye = first): Promise<void> {
    this.view = { first, last, eye };
    return this.fetchRows(first, last);
  }

  /** Makes these rows known, wherever one looks meanwhile. */
  fetchRows(first: number, last: number): Promise<void> {
    const end = this.total.peek() === null ? Math.max(last, pageSize - 1) : last;
    const pages: Promise<void>[] = [];
    for (let page = Math.floor(Math.max(0, first) / pageSize); page * pageSize <= end; page += 1)
      if (!this.fresh.has(page)) pages.push(this.load(page));
    return Promise.all(pages).then(() => undefined);
  }

  /** Adds the calls for the first rows to a request that asks for more; the function returned takes the answers. */
  askFirst(request: Request, accountId: Id): (answers: Answers) => Promise<void> {
    const calls = addPage(request, accountId, this.query, 0);
    const { generation } = this;
    return (answers) => this.receive(0, calls, answers, generation);
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
      await this.fetchRows(answer.position, answer.position);
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
    await this.fetchRows(this.view.first, this.view.last);
  }

  /** Takes rows out at once (null: all of them); until `release` the server's view is not asked for. */
  hold(without: ReadonlySet<Id> | null): void {
    this.holds += 1;
    if (without === null) {
      this.positions.clear();
      this.total.value = 0;
      this.changed();
      return;
    }
    // Rows that were fetched keep their order; the pages behind the gap no longer begin where they did.
    const gone = this.positions.remove(without);
    if (gone === 0) return;
    const total = this.total.peek();
    this.total.value = total === null ? null : Math.max(0, total - gone);
    this.generation += 1;
    this.loading.clear();
    this.fresh = new Set([...this.fresh].filter((page) => this.positions.isWhole(page, this.total.peek() ?? 0)));
    this.changed();
  }

  release(): void {
    this.holds -= 1;
    if (this.holds > 0) return;
    if (this.stale) void this.refresh();
    else void this.fetchRows(this.view.first, this.view.last);
  }

  /** When rows came or went above what is in view, moves everything by as many, so that the eye keeps its place. */
  private async followAnchor(): Promise<void> {
    const { first, last, eye } = this.view;
    if (eye === 0) return;
    const anchor = this.at(eye);
    if (anchor === undefined) return;
    const generation = this.generation;
    try {
      const answer = await client.call<QueryResponse>("Email/query", { ...this.query, anchor, limit: 1 });
      if (generation !== this.generation) return;
      const shift = answer.position - eye;
      if (shift === 0) return;
      this.positions.shift(shift);
      this.view = { first: Math.max(0, first + shift), last: last + shift, eye: eye + shift };
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
    const request = new Request();
    const calls = addPage(request, client.accountId, this.query, page);
    await this.receive(page, calls, await client.send(request), generation);
  }

  /** Takes the answer to the calls of `addPage`; it counts only when the list has not changed since `generation`. */
  private async receive(page: number, calls: PageCalls, answers: Answers, generation: number): Promise<void> {
    const result = answers.of(calls.query);
    const threads = calls.threads ? answers.of(calls.threads).list : [];
    let fetched = true;
    try {
      putEmails(answers.of(calls.emails).list);
    } catch (error) {
      // Long conversations: more at once than the server gives.
      if (!(error instanceof MethodError)) throw error;
      fetched = false;
    }
    putThreads(threads);
    if (!fetched) await fetchEmails(result.ids.filter((id) => !isKnown(id)));
    if (generation === this.generation) {
      this.place(page, result);
      this.changed();
    }
    const missing = threads.flatMap((item) => item.emailIds).filter((id) => !isKnown(id));
    if (missing.length > 0) await fetchEmails(missing);
  }

  private place(page: number, result: QueryResponse): void {
    const total = result.total ?? page * pageSize + result.ids.length;
    this.total.value = total;
    const ids = result.ids.slice(0, Math.max(0, total - page * pageSize));
    if (this.positions.pages.get(page)?.join() !== ids.join()) this.positions.setPage(page, ids);
    this.positions.cut(total);
    this.fresh.add(page);
  }

  private changed(): void {
    this.version.value += 1;
  }
}
