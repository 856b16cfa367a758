// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { emptyKept, type Kept } from "./composition";
import { emailOf, splitDraft, wholeHtml, wholeText } from "./message";

const reply: Kept = {
  ...emptyKept(),
  messageId: "k@ac.test",
  subject: "Re: a",
  html: "<p>Bonjour</p>",
  text: "Bonjour",
  quote: {
    html: "<p>un <b>mot</b></p>",
    text: "un mot\n> avant",
    attribution: "Le 3 mai, Léa <lea@ac.test> a écrit :",
    forward: false,
  },
  to: [{ name: "Léa", email: "lea@ac.test" }],
};

it("quotes by prefix in text and by blockquote in HTML", () => {
  expect(wholeText(reply)).toBe("Bonjour\n\nLe 3 mai, Léa <lea@ac.test> a écrit :\n> un mot\n>> avant\n");
  expect(wholeHtml(reply)).toContain("Léa &lt;lea@ac.test&gt; a écrit :</div><blockquote");
});

it.each([
  ["an answer", reply],
  [
    "a forward",
    {
      ...reply,
      quote: { html: "<p>x</p>", text: "x", attribution: "Message transféré\nDe : Léa\nObjet : a", forward: true },
    },
  ],
])("finds the quote of %s again in its draft", (_, kept) => {
  expect(splitDraft(wholeHtml(kept), wholeText(kept))).toEqual({ html: kept.html, quote: kept.quote });
});

it("leaves a draft of another program whole", () => {
  const html = "<html><body><p>a</p><blockquote>b</blockquote></body></html>";
  expect(splitDraft(html, "a\nb")).toEqual({ html: "<p>a</p><blockquote>b</blockquote>", quote: null });
});

it("names only the headers that are there", () => {
  const email = emailOf(reply, { name: null, email: "me@ac.test" }, "D1");
  expect(Object.keys(email)).not.toContain("cc");
  expect(Object.keys(email)).not.toContain("inReplyTo");
  expect(email).toMatchObject({
    mailboxIds: { D1: true },
    keywords: { $draft: true, $seen: true },
    messageId: ["k@ac.test"],
    bodyStructure: { type: "multipart/alternative", subParts: [{ partId: "text" }, { partId: "html" }] },
  });
});

it("puts the pictures that the text shows beside it, and leaves those out that were taken out of it", () => {
  const file = (key: string, cid: string | null) => ({ key, name: key, type: "image/png", size: 1, blobId: key, cid });
  const kept = {
    ...reply,
    html: '<p><img src="cid:a@x"></p>',
    attachments: [file("a", "a@x"), file("b", "b@x"), file("c", null)],
  };
  expect(emailOf(kept, { name: null, email: "me@ac.test" }, "D1").bodyStructure).toMatchObject({
    type: "multipart/mixed",
    subParts: [
      {
        type: "multipart/alternative",
        subParts: [{ partId: "text" }, { type: "multipart/related", subParts: [{ partId: "html" }, { blobId: "a" }] }],
      },
      { blobId: "c", disposition: "attachment" },
    ],
  });
  expect(emailOf({ ...kept, plain: true }, { name: null, email: "me@ac.test" }, "D1").bodyStructure).toMatchObject({
    subParts: [{ partId: "text" }, { blobId: "c" }],
  });
});
