/** The server could not be reached, or answered with something that is not an answer. Worth another try. */
export class ConnectionError extends Error {
  constructor(
    message: string,
    readonly status = 0,
  ) {
    super(message);
    this.name = "ConnectionError";
  }
}

/** A whole request was refused (RFC 8620 section 3.6.1); `type` is the problem's URN. */
export class RequestError extends Error {
  constructor(
    readonly type: string,
    readonly status: number,
    readonly limit?: string,
  ) {
    super(`request refused: ${type}`);
    this.name = "RequestError";
  }
}

/** One method call failed (RFC 8620 section 3.6.2). */
export class MethodError extends Error {
  constructor(
    readonly type: string,
    readonly method: string,
    readonly description?: string,
  ) {
    super(`${method}: ${type}${description ? ` (${description})` : ""}`);
    this.name = "MethodError";
  }
}

/** One object of a /set could not be changed (RFC 8620 section 5.3). */
export class ObjectError extends Error {
  constructor(
    readonly type: string,
    readonly objectId: string,
    readonly properties: string[] = [],
    readonly description?: string,
  ) {
    super(`${objectId}: ${type}${description ? ` (${description})` : ""}`);
    this.name = "ObjectError";
  }
}
