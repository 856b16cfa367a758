export { type Changes, changesSince } from "./changes";
export { Client } from "./client";
export { ConnectionError, MethodError, ObjectError, RequestError } from "./errors";
export { applyPatch, invertPatch, type Patch, pathName } from "./patch";
export { Push } from "./push";
export { Answers, Call, Request } from "./request";
export type * from "./types";
