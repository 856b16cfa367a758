import { expect, it } from "vitest";
import { fromMailto } from "./mailto";

it("reads recipients, subject and text", () => {
  expect(fromMailto("mailto:lea@ac.fr,p%40ac.fr?Subject=Bon%20jour&cc=x@y.fr&body=un%0D%0Adeux%20%3Cb%3E")).toEqual({
    to: [
      { name: null, email: "lea@ac.fr" },
      { name: null, email: "p@ac.fr" },
    ],
    cc: [{ name: null, email: "x@y.fr" }],
    subject: "Bon jour",
    text: "un\ndeux <b>",
    html: "<p>un</p><p>deux &lt;b&gt;</p>",
  });
});

it("survives what is badly written, and takes no other fields", () => {
  expect(fromMailto("mailto:%E0%A4%A?attach=/etc/passwd&bcc=spy@x.fr&subject")).toEqual({
    to: [{ name: null, email: "%E0%A4%A" }],
    cc: [],
    subject: "",
    text: "",
    html: "",
  });
});
