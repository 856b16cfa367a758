const blocks = new Set(
  "ADDRESS ARTICLE BLOCKQUOTE DD DIV DL DT FIGURE FOOTER H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN OL P PRE SECTION TABLE TR UL".split(
    " ",
  ),
);
const silent = new Set(["STYLE", "SCRIPT", "HEAD", "TITLE", "TEMPLATE"]);

/** What a person would read of HTML: lines where blocks end, spaces as a browser shows them. */
export function htmlToText(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  let text = "";
  const items = new Map<Element, number>();
  const bullet = (list: Element | null) => {
    if (list?.tagName !== "OL") return "- ";
    const number = (items.get(list) ?? 0) + 1;
    items.set(list, number);
    return `${number}. `;
  };
  const line = () => {
    if (text !== "" && !text.endsWith("\n")) text += "\n";
  };
  // A stack of our own: mail may be nested deeper than functions can call themselves.
  const waiting: (Node | "line")[] = [page.body];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === "line") line();
    else if (next.nodeType === Node.TEXT_NODE) {
      const piece = (next.nodeValue ?? "").replace(/[ \t\r\n]+/g, " ");
      text += text === "" || /\s$/.test(text) ? piece.trimStart() : piece;
    } else if (next.nodeName === "BR") text += "\n";
    else if (!silent.has(next.nodeName)) {
      if (blocks.has(next.nodeName)) {
        line();
        waiting.push("line");
        if (next.nodeName === "LI") text += bullet(next.parentElement);
      }
      for (let child = next.lastChild; child !== null; child = child.previousSibling) waiting.push(child);
    }
  }
  return text
    .replace(/ +\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
