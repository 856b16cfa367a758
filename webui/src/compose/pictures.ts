import { client } from "../app/session";
import type { Composition } from "./composition";

// Pictures within the text. In the composition's HTML they are "cid:…", as in the message that goes out; on the
// screen they are object URLs, which live as long as the composition.

const shown = new Map<string, Map<string, Promise<string>>>();

const kinds = /^image\/(?:png|jpe?g|gif|webp)$/;

/** Whether a file is one that every mail program can show within a text. */
export function isPicture(file: { type: string }): boolean {
  return kinds.test(file.type);
}

function urlsOf(composition: Composition): Map<string, Promise<string>> {
  let found = shown.get(composition.key);
  if (!found) {
    found = new Map();
    shown.set(composition.key, found);
  }
  return found;
}

export function showFile(composition: Composition, cid: string, file: File): void {
  urlsOf(composition).set(cid, Promise.resolve(URL.createObjectURL(file)));
}

/** Where the picture of a Content-ID can be seen; null when the composition has no such picture. */
export async function pictureUrl(composition: Composition, cid: string): Promise<string | null> {
  const urls = urlsOf(composition);
  const known = urls.get(cid);
  if (known) return known;
  const part = composition.attachments.peek().find((file) => file.cid === cid);
  if (!part?.blobId || !isPicture(part)) return null;
  const url = client.download(part.blobId, part.name, part.type).then((blob) => URL.createObjectURL(blob));
  urls.set(cid, url);
  return url.catch(() => {
    urls.delete(cid);
    return null;
  });
}

/** Ends the URLs of a composition that is no more. */
export function forgetPictures(key: string): void {
  for (const url of shown.get(key)?.values() ?? []) void url.then(URL.revokeObjectURL, () => undefined);
  shown.delete(key);
}

/** The Content-IDs that an HTML text shows. */
export function shownIn(html: string): Set<string> {
  const page = new DOMParser().parseFromString(html, "text/html");
  return new Set(
    [...page.querySelectorAll("img")]
      .map((image) => image.getAttribute("src") ?? "")
      .filter((source) => /^cid:/i.test(source))
      .map((source) => source.slice(4)),
  );
}

/** The widest that a picture is shown in a letter: what fits the window of most readers. */
const widest = 600;

/** The width to write for a picture, so that programs that know no styles do not show a photograph in full size. */
export async function widthOf(url: string): Promise<number | null> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => undefined);
  return image.naturalWidth > widest ? widest : null;
}
