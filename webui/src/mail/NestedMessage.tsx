import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { client } from "../app/session";
import { t } from "../i18n";
import type { EmailBody, EmailHeader, Id } from "../jmap";
import { Skeleton } from "../ui/Skeleton";
import { Attachments } from "./Attachments";
import { displayName, longTime } from "./format";
import { MessageBody } from "./MessageBody";
import { problemText } from "./problem";

type Parsed = EmailHeader & EmailBody;

/** A message that was attached to another, read like any other (Email/parse). */
export function NestedMessage({ blobId }: { blobId: Id }) {
  const parsed = useSignal<Parsed | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    client
      .call<{ parsed: Record<Id, Parsed> | null }>("Email/parse", {
        blobIds: [blobId],
        fetchTextBodyValues: true,
        fetchHTMLBodyValues: true,
        maxBodyValueBytes: 1 << 20,
        properties: [
          "blobId",
          "from",
          "to",
          "subject",
          "sentAt",
          "hasAttachment",
          "preview",
          "textBody",
          "htmlBody",
          "attachments",
          "bodyValues",
        ],
      })
      .then(
        ({ parsed: found }) => {
          const message = found?.[blobId];
          if (message) parsed.value = message;
          else problem.value = t("attachment.notMessage");
        },
        (error: unknown) => {
          problem.value = problemText(error);
        },
      );
  }, [blobId]);
  if (problem.value) return <p>{problem.value}</p>;
  const value = parsed.value;
  if (!value) return <Skeleton label={t("ui.loading")} />;
  return (
    <article>
      <h3>{value.subject || t("mail.noSubject")}</h3>
      <p>{t("attachment.from", { name: value.from?.[0] ? displayName(value.from[0]) : t("list.noSender") })}</p>
      {value.sentAt && <p>{longTime(value.sentAt)}</p>}
      <MessageBody value={value} body={value} loading={false} asText={false} />
      <Attachments value={value} body={value} />
    </article>
  );
}
