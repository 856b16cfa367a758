import { describe, expect, it, vi } from "vitest";
import { Client } from "./client";
import { ConnectionError, MethodError, RequestError } from "./errors";
import { Request } from "./request";

const session = {
  capabilities: { "urn:ietf:params:jmap:core": { maxObjectsInGet: 500, maxObjectsInSet: 500 } },
  accounts: { A1: { name: "a", isPersonal: true, isReadOnly: false } },
  primaryAccounts: { "urn:ietf:params:jmap:mail": "A1" },
  username: "camille@ac.test",
  apiUrl: "https://mail.ac.test/jmap/api",
  downloadUrl: "/jmap/download/{accountId}/{blobId}/{name}?type={type}",
  uploadUrl: "/jmap/upload/{accountId}/",
  eventSourceUrl: "/jmap/eventsource/",
  state: "s",
};

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const answer = (...methodResponses: unknown[]) => json({ methodResponses, sessionState: "s" });

async function connected(...responses: (Response | Error)[]) {
  const fetch = vi.fn(async (_url: string | URL | globalThis.Request, _init?: RequestInit) => {
    const next = responses.shift();
    if (next === undefined) throw new Error("no more answers");
    if (next instanceof Error) throw next;
    return next;
  });
  const reauthenticate = vi.fn(async () => undefined);
  const onReachable = vi.fn();
  responses.unshift(json(session));
  const client = new Client({ sessionUrl: "/jmap/session", reauthenticate, onReachable, fetch });
  await client.connect();
  return { client, fetch, reauthenticate, onReachable };
}

describe("Client", () => {
  it("says null instead of a session when a sign-in is needed", async () => {
    const fetch = async () => json({}, 401);
    const client = new Client({ sessionUrl: "/jmap/session", reauthenticate: async () => undefined, fetch });
    expect(await client.connect()).toBeNull();
  });

  it("sends calls to the path of the API, on the page's own origin", async () => {
    const { client, fetch } = await connected(answer(["Mailbox/get", { list: [1] }, "c0"]));
    expect(await client.call("Mailbox/get", { ids: null })).toEqual({ list: [1] });
    const [url, init] = fetch.mock.calls[1] ?? [];
    expect(url).toBe("/jmap/api");
    expect(JSON.parse(String(init?.body))).toEqual({
      using: ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"],
      methodCalls: [["Mailbox/get", { accountId: "A1", ids: null }, "c0"]],
    });
  });

  it("asks for no password on behalf of what nobody waits for", async () => {
    const { client, reauthenticate } = await connected(json({}, 401));
    await expect(client.call("Email/get", {}, { unasked: true })).rejects.toThrow(ConnectionError);
    expect(reauthenticate).not.toHaveBeenCalled();
  });

  it("asks for the password once and sends everything again when the session has ended", async () => {
    const { client, reauthenticate } = await connected(
      json({}, 401),
      json({}, 401),
      answer(["Email/get", { n: 1 }, "c0"]),
      answer(["Email/get", { n: 2 }, "c0"]),
    );
    const both = await Promise.all([client.call("Email/get", {}), client.call("Email/get", {})]);
    expect(both).toEqual([{ n: 1 }, { n: 2 }]);
    expect(reauthenticate).toHaveBeenCalledTimes(1);
  });

  it("asks again after a while when too much of the person is under way", async () => {
    vi.useFakeTimers();
    const busy = () => json({ type: "urn:ietf:params:jmap:error:limit", limit: "maxConcurrentRequests" }, 400);
    const { client, fetch } = await connected(busy(), busy(), answer(["Email/get", { n: 1 }, "c0"]));
    const asked = client.call("Email/get", {});
    await vi.advanceTimersByTimeAsync(700);
    expect(fetch).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(100);
    expect(await asked).toEqual({ n: 1 });
    vi.useRealTimers();
  });

  it("gives up when it stays so", async () => {
    vi.useFakeTimers();
    const busy = () => json({ type: "urn:ietf:params:jmap:error:limit", limit: "maxConcurrentRequests" }, 400);
    const { client, fetch } = await connected(...Array.from({ length: 10 }, busy));
    const asked = expect(client.call("Email/get", {})).rejects.toThrow(RequestError);
    await vi.advanceTimersByTimeAsync(60_000);
    await asked;
    expect(fetch.mock.calls.length).toBeLessThan(9);
    vi.useRealTimers();
  });

  it("throws the error of a method", async () => {
    const { client } = await connected(answer(["error", { type: "unknownMethod" }, "c0"]));
    await expect(client.call("Nothing/get", {})).rejects.toThrow(new MethodError("unknownMethod", "Nothing/get"));
  });

  it("throws the error of a request with the limit that it names", async () => {
    const type = "urn:ietf:params:jmap:error:limit";
    const { client } = await connected(json({ type, limit: "maxSizeRequest" }, 400));
    const error = await client.call("Email/get", {}).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ type, status: 400, limit: "maxSizeRequest" });
  });

  it("tells a lost connection from a refusal, and tells others", async () => {
    const { client, onReachable } = await connected(new TypeError("network"), new Response("<html>", { status: 502 }));
    await expect(client.call("Email/get", {})).rejects.toBeInstanceOf(ConnectionError);
    expect(onReachable).toHaveBeenLastCalledWith(false);
    await expect(client.call("Email/get", {})).rejects.toMatchObject({ name: "ConnectionError", status: 502 });
    expect(onReachable).toHaveBeenLastCalledWith(true);
  });

  it("writes names and types into download URLs so that they cannot leave their place", async () => {
    const { client } = await connected();
    expect(client.downloadUrl("B1", "été/../a?b.pdf", "application/pdf")).toBe(
      "/jmap/download/A1/B1/%C3%A9t%C3%A9%2F..%2Fa%3Fb.pdf?type=application%2Fpdf",
    );
  });
});

describe("Request", () => {
  it("names the capabilities that its calls need and refers back", () => {
    const request = new Request();
    const query = request.add("Email/query", { limit: 1 });
    request.add("Email/get", { "#ids": query.ref("/ids") });
    request.add("EmailSubmission/set", {});
    expect(request.using).toEqual([
      "urn:ietf:params:jmap:core",
      "urn:ietf:params:jmap:mail",
      "urn:ietf:params:jmap:submission",
    ]);
    const storage = new Request();
    storage.add("Quota/get", { ids: null });
    expect(storage.using).toEqual([
      "urn:ietf:params:jmap:core",
      "urn:ietf:params:jmap:quota",
      "urn:ietf:params:jmap:mail",
    ]);
    expect(request.calls[1]).toEqual([
      "Email/get",
      { "#ids": { resultOf: "c0", name: "Email/query", path: "/ids" } },
      "c1",
    ]);
  });
});
