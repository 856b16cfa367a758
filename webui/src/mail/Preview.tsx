import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { client } from "../app/session";
import { t } from "../i18n";
import type { EmailBodyPart } from "../jmap";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/Skeleton";
import { isPicture, nameOf } from "./Attachments";
import { save } from "./download";
import { NestedMessage } from "./NestedMessage";
import { PlainText } from "./PlainText";
import "./Preview.css";
import { problemText } from "./problem";

type Props = { part: EmailBodyPart; onClose: () => void };

/** A look at an attachment without saving it: pictures, PDF, plain text and messages. */
export function Preview({ part, onClose }: Props) {
  const name = nameOf(part);
  return (
    <Dialog title={name} wide onClose={onClose}>
      <div class="preview">
        {part.type === "message/rfc822" ? (
          <NestedMessage blobId={part.blobId ?? ""} />
        ) : (
          <Content part={part} name={name} />
        )}
      </div>
      <div class="dialog-actions">
        <Button onClick={() => save(client.downloadUrl(part.blobId ?? "", name, part.type), name)}>
          {t("attachment.saveOne")}
        </Button>
      </div>
    </Dialog>
  );
}

function Content({ part, name }: { part: EmailBodyPart; name: string }) {
  const url = useSignal("");
  const text = useSignal<string | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    let gone = false;
    client.download(part.blobId ?? "", name, part.type).then(
      async (blob) => {
        if (part.type === "text/plain") text.value = await blob.text();
        else if (!gone) url.value = URL.createObjectURL(blob);
      },
      (error: unknown) => {
        problem.value = problemText(error);
      },
    );
    return () => {
      gone = true;
      if (url.value) URL.revokeObjectURL(url.value);
    };
  }, [part.blobId]);
  if (problem.value) return <p>{problem.value}</p>;
  if (text.value !== null) return <PlainText text={text.value} />;
  if (!url.value) return <Skeleton label={t("ui.loading")} />;
  if (isPicture(part)) return <img class="preview-picture" src={url.value} alt={name} />;
  // For the browser's own PDF viewer: no column of small pages beside the one to be read.
  return <iframe class="preview-document" title={name} src={`${url.value}#navpanes=0&view=FitH`} />;
}
