import { escapeHtml } from "../mail/text";
import { parseAddresses } from "./addresses";
import type { Kept } from "./composition";

const decode = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** What a mailto: URL (RFC 6068) asks for. Of its header fields only those that cannot surprise are taken. */
export function fromMailto(url: string): Partial<Kept> {
  const [to = "", query = ""] = url.replace(/^mailto:/i, "").split("?");
  const fields = new Map<string, string>();
  for (const pair of query.split("&")) {
    const at = pair.indexOf("=");
    if (at > 0) fields.set(pair.slice(0, at).toLowerCase(), decode(pair.slice(at + 1)));
  }
  const text = (fields.get("body") ?? "").replace(/\r\n/g, "\n");
  return {
    to: parseAddresses([decode(to), fields.get("to") ?? ""].join(",")),
    cc: parseAddresses(fields.get("cc") ?? ""),
    subject: fields.get("subject") ?? "",
    text,
    html: text
      .split("\n")
      .filter((line, at, all) => line !== "" || all.length > 1 || at > 0)
      .map((line) => `<p>${escapeHtml(line)}</p>`)
      .join(""),
  };
}
