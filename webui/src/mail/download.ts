import { client } from "../app/session";
import type { EmailHeader } from "../jmap";

/** Has the browser save what is at `url`. */
export function save(url: string, name = ""): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** Saves a whole message as it came. */
export function saveMessage({ blobId, subject }: EmailHeader): void {
  save(client.downloadUrl(blobId, `${subject || "message"}.eml`, "message/rfc822"));
}
