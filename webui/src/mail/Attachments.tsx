import { useSignal } from "@preact/signals";
import {
  Download,
  Eye,
  File,
  FileArchive,
  FileAudio,
  FileImage,
  FileSpreadsheet,
  FileText,
  FileVideo,
  type IconNode,
  Mail,
  Presentation,
} from "lucide";
import { lazy } from "../app/lazy";
import { client } from "../app/session";
import { t } from "../i18n";
import type { EmailBody, EmailBodyPart, EmailHeader } from "../jmap";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { showToast } from "../ui/toast";
import "./Attachments.css";
import { save } from "./download";
import { size } from "./format";
import { problemText } from "./problem";

const Preview = lazy(() => import("./Preview").then((module) => module.Preview));
const Thumbnail = lazy(() => import("./Thumbnail").then((module) => module.Thumbnail));

const kinds: [RegExp, IconNode][] = [
  [/^image\//, FileImage],
  [/^video\//, FileVideo],
  [/^audio\//, FileAudio],
  [/^message\//, Mail],
  [/pdf|word|opendocument\.text|rtf|^text\//, FileText],
  [/sheet|excel|csv/, FileSpreadsheet],
  [/presentation|powerpoint/, Presentation],
  [/zip|compressed|tar|rar|7z/, FileArchive],
];

function iconOf(part: EmailBodyPart): IconNode {
  return kinds.find(([pattern]) => pattern.test(part.type))?.[1] ?? File;
}

export function nameOf(part: EmailBodyPart): string {
  if (part.name) return part.name;
  if (part.type === "message/rfc822") return `${t("attachment.message")}.eml`;
  return `${t("attachment.unnamed")}.${extension(part.type)}`;
}

/** Where the type's own name is not how such files end. */
const extensions: Record<string, string> = {
  "application/pkcs7-signature": "p7s",
  "application/x-pkcs7-signature": "p7s",
  "application/pkcs7-mime": "p7m",
  "application/x-pkcs7-mime": "p7m",
  "application/pgp-signature": "asc",
  "application/octet-stream": "bin",
  "message/delivery-status": "txt",
  "text/plain": "txt",
  "text/rfc822-headers": "txt",
  "text/calendar": "ics",
};

function extension(type: string): string {
  return (
    extensions[type] ??
    (type
      .split("/")[1]
      ?.replace(/^x-/, "")
      .replace(/[^a-z0-9]/g, "") ||
      "bin")
  );
}

export const isPicture = (part: EmailBodyPart) => /^image\/(?:png|jpe?g|gif|webp|avif|bmp)$/.test(part.type);
const canPreview = (part: EmailBodyPart) =>
  isPicture(part) || part.type === "application/pdf" || part.type === "text/plain" || part.type === "message/rfc822";

/** Images that the text shows itself are not offered a second time. */
function listed(body: EmailBody): EmailBodyPart[] {
  if (!body.attachments.some(({ cid }) => cid)) return body.attachments;
  const html = Object.values(body.bodyValues)
    .map(({ value }) => value)
    .join("");
  return body.attachments.filter(
    (part) => !(part.cid && part.disposition !== "attachment" && html.includes(`cid:${part.cid}`)),
  );
}

const smallThumbnail = 5_000_000;

export function Attachments({ value, body }: { value: EmailHeader; body: EmailBody }) {
  const shown = useSignal<EmailBodyPart | null>(null);
  const parts = listed(body);
  if (parts.length === 0) return null;
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  return (
    <section class="attachments" aria-label={t("attachment.title", { count: parts.length })}>
      <header>
        <p class="attachments-title">
          {t("attachment.title", { count: parts.length })} <span class="attachments-size">{size(total)}</span>
        </p>
        {parts.length > 1 && <DownloadAll value={value} parts={parts} />}
      </header>
      <ul>
        {parts.map((part) => (
          <li key={part.partId ?? part.blobId} class="attachment">
            <Card
              part={part}
              onShow={() => {
                shown.value = part;
              }}
            />
          </li>
        ))}
      </ul>
      {shown.value && (
        <Preview
          part={shown.value}
          onClose={() => {
            shown.value = null;
          }}
        />
      )}
    </section>
  );
}

function Card({ part, onShow }: { part: EmailBodyPart; onShow: () => void }) {
  const name = nameOf(part);
  const url = client.downloadUrl(part.blobId ?? "", name, part.type);
  return (
    <>
      <span class="attachment-picture">
        {isPicture(part) && part.size < smallThumbnail ? (
          <Thumbnail part={part} />
        ) : (
          <Icon of={iconOf(part)} size={22} />
        )}
      </span>
      <span class="attachment-text">
        <span class="attachment-name" title={name}>
          {name}
        </span>
        <span class="attachment-size">{size(part.size)}</span>
      </span>
      {canPreview(part) && <IconButton label={t("attachment.show", { name })} icon={Eye} onClick={onShow} />}
      <IconButton label={t("attachment.save", { name })} icon={Download} onClick={() => save(url, name)} />
    </>
  );
}

function DownloadAll({ value, parts }: { value: EmailHeader; parts: EmailBodyPart[] }) {
  const busy = useSignal(false);
  const saveAll = async () => {
    if (busy.value) return;
    busy.value = true;
    try {
      const { zipAttachments } = await import("./zip");
      await zipAttachments(value.subject || t("attachment.archive"), parts, nameOf);
    } catch (error) {
      showToast({ kind: "problem", text: problemText(error) });
    } finally {
      busy.value = false;
    }
  };
  return (
    <Button kind="quiet" icon={Download} aria-disabled={busy.value} onClick={() => void saveAll()}>
      {busy.value ? t("attachment.saving") : t("attachment.saveAll")}
    </Button>
  );
}
