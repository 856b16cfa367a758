import { downloadZip } from "client-zip";
import { client } from "../app/session";
import type { EmailBodyPart } from "../jmap";
import { save } from "./download";

/** Saves all attachments of a message as one archive, made here and not on the server. */
export async function zipAttachments(
  title: string,
  parts: readonly EmailBodyPart[],
  nameOf: (part: EmailBodyPart) => string,
): Promise<void> {
  const names = uniqueNames(parts.map(nameOf));
  async function* files() {
    for (const [at, part] of parts.entries()) {
      const input = await client.download(part.blobId ?? "", names[at] ?? "", part.type);
      yield { name: names[at] ?? "", input };
    }
  }
  const archive = await downloadZip(files()).blob();
  const url = URL.createObjectURL(archive);
  save(url, `${safeName(title)}.zip`);
  // The browser has begun to read by then; nothing tells when it has ended.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Two files of one name become "plan.pdf" and "plan (2).pdf"; no name leaves its folder. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((wanted) => {
    const name = safeName(wanted);
    const dot = name.lastIndexOf(".");
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let candidate = name;
    for (let count = 2; taken.has(candidate.toLowerCase()); count += 1) candidate = `${stem} (${count})${ending}`;
    taken.add(candidate.toLowerCase());
    return candidate;
  });
}

export function safeName(name: string): string {
  return (
    name
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those must go
      .replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_")
      .replace(/^\.+/, "_")
      .slice(0, 120) || "_"
  );
}
