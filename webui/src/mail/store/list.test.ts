import { beforeEach, expect, it, vi } from "vitest";
import type { Client, Invocation } from "../../jmap";
import { Answers, type Request } from "../../jmap";

/** A server that holds nothing but a list of ids. */
const server = { ids: [] as string[], queries: [] as Record<string, unknown>[] };

vi.mock("../../app/session", () => {
  const answer = (name: string, args: Record<string, unknown>): object => {
    if (name === "Email/query") {
      server.queries.push(args);
      const anchor = args.anchor as string | undefined;
      const position = anchor === undefined ? Number(args.position ?? 0) : server.ids.indexOf(anchor);
      const ids = server.ids.slice(position, position + Number(args.limit));
      return { ids, position, total: server.ids.length, queryState: "q" };
    }
    if (name === "Email/get") {
      const ids = (args.ids as string[] | undefined) ?? [];
      return {
        list: ids.map((id) => ({ id, threadId: `T${id}`, keywords: {}, mailboxIds: {} })),
        notFound: [],
        state: "s",
      };
    }
    return { list: [], notFound: [], state: "s" };
  };
  const client: Partial<Client> & Record<string, unknown> = {
    accountId: "A",
    limits: { maxObjectsInGet: 500, maxObjectsInSet: 500 },
    call: async (name: string, args: Record<string, unknown>) => answer(name, args),
    send: async (request: Request) => {
      let ids: string[] = [];
      const responses = request.calls.map(([name, args, id]): Invocation => {
        const result = answer(name, name === "Email/get" ? { ids } : args) as Record<string, unknown>;
        if (name === "Email/query") ids = result.ids as string[];
        return [name, result, id];
      });
      return new Answers(responses, "s");
    },
  } as never;
  return { client };
});

const { EmailList } = await import("./list");

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `m${from + at}`);

beforeEach(() => {
  server.ids = numbered(0, 1000);
  server.queries = [];
});

const newList = () => new EmailList({ filter: { inMailbox: "I" }, sort: [], collapseThreads: true });

it("fetches only what is looked at", async () => {
  const list = newList();
  await list.show(0, 12);
  expect(list.total.value).toBe(1000);
  expect(list.at(49)).toBe("m49");
  expect(list.at(50)).toBeUndefined();
  await list.show(640, 660);
  expect(list.at(650)).toBe("m650");
  expect(list.at(300)).toBeUndefined();
  expect(server.queries.map(({ position }) => position)).toEqual([0, 600, 650]);
  await list.show(640, 660);
  expect(server.queries).toHaveLength(3);
});

it("shows new mail on top after a refresh", async () => {
  const list = newList();
  await list.show(0, 12);
  server.ids = ["new", ...server.ids];
  await list.refresh();
  expect(list.at(0)).toBe("new");
  expect(list.total.value).toBe(1001);
});

it("keeps the eye's place when mail comes in above it", async () => {
  const list = newList();
  await list.show(100, 120);
  const shifts: number[] = [];
  list.onShift = (rows) => shifts.push(rows);
  server.ids = ["a", "b", ...server.ids];
  await list.refresh();
  expect(shifts).toEqual([2]);
  expect(list.at(102)).toBe("m100");
});

it("takes rows out at once and asks the server again only when told", async () => {
  const list = newList();
  await list.show(0, 60);
  list.hold(new Set(["m0", "m2"]));
  expect(list.known().slice(0, 3)).toEqual(["m1", "m3", "m4"]);
  expect(list.total.value).toBe(998);
  const asked = server.queries.length;
  await list.refresh();
  expect(server.queries).toHaveLength(asked);
  server.ids = server.ids.filter((id) => id !== "m0" && id !== "m2");
  list.release();
  await vi.waitFor(() => expect(server.queries.length).toBeGreaterThan(asked));
  await list.show(0, 60);
  expect(list.known().slice(0, 3)).toEqual(["m1", "m3", "m4"]);
  expect(list.total.value).toBe(998);
});

it("empties at once", async () => {
  const list = newList();
  await list.show(0, 60);
  list.hold(null);
  expect(list.total.value).toBe(0);
  expect(list.known()).toEqual([]);
});

it("finds the row of a message that nobody has scrolled to", async () => {
  const list = newList();
  await list.show(0, 12);
  expect(await list.reveal("m777")).toBe(777);
});
