import { useEffect, useState } from "preact/hooks";
import { client } from "../app/session";
import type { EmailBodyPart } from "../jmap";

/** A small view of an attached picture. */
export function Thumbnail({ part }: { part: EmailBodyPart }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    let gone = false;
    let made = "";
    client.download(part.blobId ?? "", part.name ?? "image", part.type).then(
      (blob) => {
        if (gone) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      },
      () => undefined,
    );
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [part.blobId]);
  return url ? <img src={url} alt="" /> : null;
}
