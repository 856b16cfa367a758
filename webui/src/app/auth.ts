import { ConnectionError } from "../jmap";

/** `inbox`: the id of that mailbox. */
export type Person = { accountId: string; address: string; name: string; locale: string; inbox: string | null };

const told = ["wrong", "suspended", "wait", "busy", "malformed", "insecure"] as const;

/** What the server tells, and what only the browser can know. */
export type LoginProblem = (typeof told)[number] | "cookies" | "unreachable";

export class LoginError extends Error {
  constructor(
    readonly problem: LoginProblem,
    readonly retryAfter = 0,
  ) {
    super(problem);
    this.name = "LoginError";
  }
}

export type WebSession = {
  id: string;
  created: string;
  lastSeen: string;
  expires: string;
  address: string;
  userAgent: string;
  current: boolean;
};

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (error) {
    throw new ConnectionError(String(error));
  }
}

export async function login(username: string, password: string, remember: boolean): Promise<Person> {
  let response: Response;
  try {
    response = await ask("/auth/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password, remember }),
    });
  } catch {
    throw new LoginError("unreachable");
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body as Person;
  const { error, retryAfter } = body as { error?: string; retryAfter?: number };
  throw new LoginError(told.find((problem) => problem === error) ?? "busy", retryAfter ?? 0);
}

export async function logout(): Promise<void> {
  await ask("/auth/logout", { method: "POST" });
}

export async function listSessions(): Promise<WebSession[]> {
  const response = await ask("/auth/sessions");
  if (!response.ok) throw new ConnectionError("sessions", response.status);
  return ((await response.json()) as { sessions: WebSession[] }).sessions;
}

export async function closeSession(id: string): Promise<void> {
  const response = await ask(`/auth/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
  if (!response.ok && response.status !== 404) throw new ConnectionError("sessions", response.status);
}
