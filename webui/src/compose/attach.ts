import { client } from "../app/session";
import { t } from "../i18n";
import { size } from "../mail/format";
import { problemText } from "../mail/problem";
import type { Attachment, Composition } from "./composition";
import { showFile } from "./pictures";

function largestMessage(): number {
  const account = client.session?.accounts[client.accountId] as
    | { accountCapabilities?: Record<string, unknown> }
    | undefined;
  const mail = account?.accountCapabilities?.["urn:ietf:params:jmap:mail"] as
    | { maxSizeAttachmentsPerEmail?: number }
    | undefined;
  return mail?.maxSizeAttachmentsPerEmail ?? Number.POSITIVE_INFINITY;
}

export function totalSize(files: readonly Attachment[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

/** Begins to upload files. */
export function attach(composition: Composition, files: Iterable<File>): void {
  for (const file of files) if (fits(composition, file)) upload(composition, file, null);
}

/** Begins to upload a picture that the text shows; its Content-ID, or null when it is too large. */
export function attachPicture(composition: Composition, file: File): string | null {
  if (!fits(composition, file)) return null;
  const cid = `${Math.random().toString(36).slice(2)}.${Date.now().toString(36)}@facteur`;
  showFile(composition, cid, file);
  upload(composition, file, cid);
  return cid;
}

/** One that is too large is refused before a byte of it has travelled. */
function fits(composition: Composition, file: File): boolean {
  const limit = Math.min(client.limits.maxSizeUpload, largestMessage() - totalSize(composition.attachments.value));
  if (file.size <= limit) return true;
  composition.problem.value = t("compose.tooLarge", {
    name: file.name,
    size: size(file.size),
    limit: size(Math.max(0, limit)),
  });
  return false;
}

function upload(composition: Composition, file: File, cid: string | null): void {
  const key = `${file.name}-${file.lastModified}-${Math.random()}`;
  const stop = new AbortController();
  const change = (values: Partial<Attachment>) => {
    composition.attachments.value = composition.attachments.value.map((other) =>
      other.key === key ? { ...other, ...values } : other,
    );
  };
  composition.attachments.value = [
    ...composition.attachments.value,
    {
      key,
      name: file.name || t("attachment.unnamed"),
      type: file.type.split(";")[0] || "application/octet-stream",
      size: file.size,
      blobId: null,
      progress: 0,
      problem: "",
      cid,
      stop: () => stop.abort(),
    },
  ];
  client
    .upload(file, (progress) => change({ progress }), stop.signal)
    .then(
      ({ blobId }) => change({ blobId, progress: 1 }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        change({ problem: problemText(error) });
        // A picture has no line of its own to say so: it leaves the text again.
        const failed = composition.attachments.value.find((other) => other.key === key);
        if (cid === null || !failed) return;
        detach(composition, failed);
        composition.problem.value = t("compose.pictureFailed", { name: failed.name, reason: problemText(error) });
      },
    );
}

export function detach(composition: Composition, file: Attachment): void {
  file.stop?.();
  composition.attachments.value = composition.attachments.value.filter((other) => other.key !== file.key);
}
