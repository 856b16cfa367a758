import { Paperclip, X } from "lucide";
import { t } from "../i18n";
import { size } from "../mail/format";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { detach, totalSize } from "./attach";
import type { Attachment, Composition } from "./composition";

/** The files that go with the message, with how far each has travelled. */
export function Files({ composition }: { composition: Composition }) {
  const files = composition.attachments.value.filter((file) => file.cid === null);
  if (files.length === 0) return null;
  return (
    <section class="composer-files" aria-label={t("compose.files")}>
      <p>
        {t("attachment.title", { count: files.length })} ({size(totalSize(files))})
      </p>
      <ul>
        {files.map((file) => (
          <li key={file.key} class="composer-file">
            <Icon of={Paperclip} size={16} />
            <span class="attachment-text">
              <span class="attachment-name" title={file.name}>
                {file.name}
              </span>
              <FileState file={file} />
            </span>
            <IconButton
              label={t("compose.remove", { name: file.name })}
              icon={X}
              size={16}
              onClick={() => detach(composition, file)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FileState({ file }: { file: Attachment }) {
  if (file.problem) return <span class="field-error">{file.problem}</span>;
  if (file.blobId !== null) return <span class="attachment-size">{size(file.size)}</span>;
  return <progress value={file.progress} max={1} aria-label={t("compose.uploading", { name: file.name })} />;
}
