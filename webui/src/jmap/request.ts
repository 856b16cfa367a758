import { MethodError } from "./errors";
import type { Invocation, ResultReference } from "./types";

export const core = "urn:ietf:params:jmap:core";
export const mail = "urn:ietf:params:jmap:mail";
export const submission = "urn:ietf:params:jmap:submission";
export const vacation = "urn:ietf:params:jmap:vacationresponse";
export const quota = "urn:ietf:params:jmap:quota";

const capabilityOf: Record<string, string> = {
  Mailbox: mail,
  Thread: mail,
  Email: mail,
  SearchSnippet: mail,
  Identity: submission,
  EmailSubmission: submission,
  VacationResponse: vacation,
  Quota: quota,
};

/** A call in a request; the type is that of its answer. */
export class Call<T> {
  declare readonly answer: T;
  constructor(
    readonly id: string,
    readonly name: string,
  ) {}

  /** Refers to a value of this call's answer, as an argument whose name begins with "#". */
  ref(path: string): ResultReference {
    return { resultOf: this.id, name: this.name, path };
  }
}

/** Method calls that travel together and run in order. */
export class Request {
  readonly calls: Invocation[] = [];

  add<T>(name: string, args: Record<string, unknown>): Call<T> {
    const call = new Call<T>(`c${this.calls.length}`, name);
    this.calls.push([name, args, call.id]);
    return call;
  }

  get using(): string[] {
    const capabilities = new Set([core]);
    for (const [name] of this.calls) {
      const capability = capabilityOf[name.slice(0, name.indexOf("/"))];
      if (capability) capabilities.add(capability);
      // The onSuccess arguments of a submission change emails; a quota is told to who knows what it bounds (RFC 9425 section 4.1).
      if (capability === submission || capability === quota) capabilities.add(mail);
    }
    return [...capabilities];
  }
}

/** The answers to a request. */
export class Answers {
  constructor(
    private readonly invocations: Invocation[],
    readonly sessionState: string,
  ) {}

  /** The answer to `call`; throws the MethodError that stands in its place. */
  of<T>(call: Call<T>): T {
    const answer = this.invocations.find(([, , id]) => id === call.id);
    if (!answer) throw new MethodError("serverFail", call.name, "no answer");
    if (answer[0] === "error") throw methodError(answer, call.name);
    return answer[1] as T;
  }

  /** A later answer under the same call id, as the Email/set that a submission causes. */
  implied<T>(call: Call<unknown>, name: string): T | undefined {
    const answer = this.invocations.find(([method, , id]) => id === call.id && method === name);
    return answer?.[1] as T | undefined;
  }
}

function methodError([, args]: Invocation, method: string): MethodError {
  return new MethodError(String(args.type), method, args.description ? String(args.description) : undefined);
}
