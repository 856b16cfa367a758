import { ConnectionError, RequestError } from "./errors";
import { Answers, type Call, Request } from "./request";
import { Turns } from "./turns";
import type { Id, Invocation, Session, UploadResult } from "./types";
import { expandTemplate, sameOriginPath } from "./urls";

export type ClientOptions = {
  /** Where the session object is. */
  sessionUrl: string;
  /** Called when the server no longer knows us; resolves once somebody has signed in again. */
  reauthenticate: () => Promise<void>;
  /** Told about each request that could or could not be made. */
  onReachable?: (reachable: boolean) => void;
  fetch?: typeof fetch;
};

export type SendOptions = {
  signal?: AbortSignal;
  keepalive?: boolean;
  /** Nobody waits for the answer: when the session has ended this fails, and asks for no password. */
  unasked?: boolean;
};

const firstWait = 250;
const longestWait = 4000;

/**
 * Speaks JMAP (RFC 8620) with one server. Knows sessions, requests, blobs and the end of a sign-in; knows
 * nothing of mail and nothing of the screen.
 */
export class Client {
  session: Session | null = null;
  private readonly fetch: typeof fetch;
  private readonly uploads = new Turns();
  private reauthentication: Promise<void> | null = null;

  constructor(private readonly options: ClientOptions) {
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /** Loads the session object. Does not ask for a sign-in: returns null when one is needed. */
  async connect(): Promise<Session | null> {
    const response = await this.exchange(this.options.sessionUrl, { headers: { accept: "application/json" } });
    if (response.status === 401) return null;
    if (!response.ok) throw new ConnectionError("no session", response.status);
    this.session = (await response.json()) as Session;
    return this.session;
  }

  /** The account that holds the mail of the person signed in. */
  get accountId(): Id {
    const session = this.required();
    return session.primaryAccounts["urn:ietf:params:jmap:mail"] ?? Object.keys(session.accounts)[0] ?? "";
  }

  get limits() {
    return this.required().capabilities["urn:ietf:params:jmap:core"];
  }

  has(capability: string): boolean {
    return this.session !== null && capability in this.session.capabilities;
  }

  /** Sends calls before the session is known, to where an earlier one had them sent; null when that was in vain. */
  async sendAhead(apiUrl: string, request: Request): Promise<Answers | null> {
    const response = await this.exchange(sameOriginPath(apiUrl), post(request));
    return response.ok ? answersIn(response) : null;
  }

  /** Sends the calls of `request`, signing in again when asked. */
  async send(request: Request, { unasked = false, ...options }: SendOptions = {}): Promise<Answers> {
    const url = sameOriginPath(this.required().apiUrl);
    const init = { ...post(request), ...options };
    for (let wait = firstWait; ; wait *= 2) {
      const response = await (unasked ? this.exchange(url, init) : this.authenticated(url, init));
      if (response.ok) return answersIn(response);
      const why = await refusal(response);
      // The person's other tabs and programs are busy: nothing of it was done.
      const isBusy = why instanceof RequestError && why.limit === "maxConcurrentRequests";
      if (!isBusy || wait > longestWait) throw why;
      await new Promise((again) => setTimeout(again, wait));
    }
  }

  /** One call with the account filled in. */
  async call<T>(name: string, args: Record<string, unknown>, options: SendOptions = {}): Promise<T> {
    const request = new Request();
    const call: Call<T> = request.add<T>(name, { accountId: this.accountId, ...args });
    return (await this.send(request, options)).of(call);
  }

  downloadUrl(blobId: Id, name: string, type: string): string {
    return sameOriginPath(
      expandTemplate(this.required().downloadUrl, { accountId: this.accountId, blobId, name: name || "-", type }),
    );
  }

  async download(blobId: Id, name: string, type: string, signal?: AbortSignal): Promise<Blob> {
    const response = await this.authenticated(this.downloadUrl(blobId, name, type), { signal });
    if (!response.ok) throw new ConnectionError("download", response.status);
    // The caller's type, not the server's: a preview decides itself what it shows.
    return new Blob([await response.arrayBuffer()], { type });
  }

  /** Uploads in turn, as many at a time as the server takes, with progress (0 to 1), which fetch does not tell. */
  upload(file: Blob, onProgress: (share: number) => void, signal?: AbortSignal): Promise<UploadResult> {
    return this.uploads.take(this.limits.maxConcurrentUpload, () => this.sendFile(file, onProgress, signal));
  }

  private sendFile(file: Blob, onProgress: (share: number) => void, signal?: AbortSignal): Promise<UploadResult> {
    if (signal?.aborted) return Promise.reject(new DOMException("stopped", "AbortError"));
    const url = sameOriginPath(expandTemplate(this.required().uploadUrl, { accountId: this.accountId }));
    return new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open("POST", url);
      xhr.responseType = "json";
      xhr.setRequestHeader("content-type", file.type || "application/octet-stream");
      xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      xhr.onload = () => {
        if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response as UploadResult);
        else if (xhr.status === 401)
          this.reauthenticated().then(() => resolve(this.sendFile(file, onProgress, signal)), reject);
        else reject(new RequestError(String((xhr.response as { type?: string } | null)?.type ?? "upload"), xhr.status));
      };
      xhr.onerror = () => reject(new ConnectionError("upload"));
      xhr.onabort = () => reject(new DOMException("stopped", "AbortError"));
      signal?.addEventListener("abort", () => xhr.abort(), { once: true });
      xhr.send(file);
    });
  }

  private required(): Session {
    if (!this.session) throw new ConnectionError("no session");
    return this.session;
  }

  private async authenticated(url: string, init: RequestInit): Promise<Response> {
    for (;;) {
      const response = await this.exchange(url, init);
      if (response.status !== 401) return response;
      await this.reauthenticated();
    }
  }

  private reauthenticated(): Promise<void> {
    this.reauthentication ??= this.options.reauthenticate().finally(() => {
      this.reauthentication = null;
    });
    return this.reauthentication;
  }

  private async exchange(url: string, init: RequestInit): Promise<Response> {
    try {
      const response = await this.fetch(url, { credentials: "same-origin", cache: "no-store", ...init });
      this.options.onReachable?.(true);
      return response;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      this.options.onReachable?.(false);
      throw new ConnectionError(String(error));
    }
  }
}

function post(request: Request): RequestInit {
  const body = JSON.stringify({ using: request.using, methodCalls: request.calls });
  return { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body };
}

async function answersIn(response: Response): Promise<Answers> {
  const answer = (await response.json()) as { methodResponses: Invocation[]; sessionState: string };
  return new Answers(answer.methodResponses, answer.sessionState);
}

async function refusal(response: Response): Promise<Error> {
  try {
    const problem = (await response.json()) as { type?: string; limit?: string };
    if (problem.type?.startsWith("urn:ietf:params:jmap:error:"))
      return new RequestError(problem.type, response.status, problem.limit);
  } catch {
    // Not a problem document: what follows tells as much as there is.
  }
  return new ConnectionError("refused", response.status);
}
