import { expect, it } from "vitest";
import { blocks, linkify, textToHtml, unquote } from "./text";

it("cuts written from quoted, and keeps a quote with blank lines whole", () => {
  expect(blocks("Oui.\r\n\r\n> un\r\n\r\n> deux\r\nFin")).toEqual([
    { quoted: false, text: "Oui.\n" },
    { quoted: true, text: "> un\n\n> deux" },
    { quoted: false, text: "Fin" },
  ]);
  expect(unquote("> un\n> > deux\n>trois")).toBe("un\n> deux\ntrois");
});

it("finds links and addresses, without the punctuation around them", () => {
  const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? []);
  expect(links("Voir https://ac.test/a?b=1, (www.x.test/é) ou lea.m@ac-dijon.fr.")).toEqual([
    "https://ac.test/a?b=1",
    "https://www.x.test/é",
    "mailto:lea.m@ac-dijon.fr",
  ]);
  expect(links("https://fr.wikipedia.org/wiki/Dijon_(ville)")).toEqual(["https://fr.wikipedia.org/wiki/Dijon_(ville)"]);
  expect(linkify("rien ici").map(({ text }) => text)).toEqual(["rien ici"]);
});

it("never makes markup of text", () => {
  expect(textToHtml('<img src=x> "a" https://x.test/"onmouseover="y')).toBe(
    '<div style="white-space:pre-wrap">&lt;img src=x&gt; &quot;a&quot; <a href="https://x.test/">https://x.test/</a>&quot;onmouseover=&quot;y</div>',
  );
});
