import { t } from "../i18n";
import { ConnectionError, MethodError, ObjectError, RequestError } from "../jmap";

/** What went wrong and what to do, in one plain sentence. */
export function problemText(error: unknown): string {
  if (error instanceof ConnectionError) return t("problem.connection");
  const type =
    error instanceof ObjectError || error instanceof MethodError || error instanceof RequestError ? error.type : "";
  switch (type) {
    case "overQuota":
      return t("problem.overQuota");
    case "tooLarge":
      return t("problem.tooLarge");
    case "blobNotFound":
      return t("problem.fileGone");
    case "notFound":
      return t("problem.notFound");
    case "forbidden":
    case "accountReadOnly":
      return t("problem.forbidden");
    case "rateLimit":
      return t("problem.rateLimit");
    default:
      return t("problem.server");
  }
}
