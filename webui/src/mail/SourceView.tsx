import { useEffect, useState } from "preact/hooks";
import { client } from "../app/session";
import { t } from "../i18n";
import type { EmailHeader } from "../jmap";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/Skeleton";
import { showToast } from "../ui/toast";
import { saveMessage } from "./download";
import "./Preview.css";
import { problemText } from "./problem";

/** More than anybody reads, and what an old machine still shows at once. */
const most = 300_000;

/** A message as it came, with all its headers: what whoever helps asks for. */
export function SourceView({ value, onClose }: { value: EmailHeader; onClose: () => void }) {
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    client
      .download(value.blobId, "message.eml", "message/rfc822")
      .then((blob) => blob.slice(0, most).text())
      .then(setText, (error: unknown) => setProblem(problemText(error)));
  }, [value.blobId]);
  const copy = async () => {
    await navigator.clipboard.writeText(text ?? "");
    showToast({ text: t("source.copied") });
  };
  return (
    <Dialog title={t("source.title")} wide onClose={onClose}>
      {problem && <p>{problem}</p>}
      {text === null && !problem && <Skeleton label={t("ui.loading")} />}
      {text !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
        <section class="preview" tabIndex={0} aria-label={t("source.title")}>
          <pre class="source">{text}</pre>
        </section>
      )}
      {value.size > most && <p>{t("source.cut")}</p>}
      <div class="dialog-actions">
        <Button aria-disabled={text === null} onClick={() => void copy()}>
          {t("source.copy")}
        </Button>
        <Button onClick={() => saveMessage(value)}>{t("reader.download")}</Button>
      </div>
    </Dialog>
  );
}
