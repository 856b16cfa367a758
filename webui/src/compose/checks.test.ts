import { expect, it } from "vitest";
import { question } from "./checks";
import { type Composition, emptyKept, revive } from "./composition";

function composition(values: Partial<ReturnType<typeof emptyKept>>): Composition {
  return revive(
    { ...emptyKept(), to: [{ name: null, email: "a@b.fr" }], subject: "x", text: "Bonjour", ...values },
    "b.fr",
  );
}

it("has nothing against an ordinary message", () => {
  expect(question(composition({}))).toBeNull();
});

it("wants a recipient, and one that looks like an address", () => {
  expect(question(composition({ to: [] }))).toBe("recipient");
  expect(question(composition({ to: [{ name: null, email: "lea" }] }))).toBe("address");
});

it.each(["Voir la pièce jointe", "le document ci-joint", "je vous joins le plan", "see attached"])(
  "misses the attachment of « %s », once",
  (text) => {
    const written = composition({ text });
    expect(question(written)).toBe("attachment");
    written.asked.add("attachment");
    expect(question(written)).toBeNull();
  },
);

it("sees an attachment that is there", () => {
  const attachments = [{ key: "k", name: "plan.pdf", type: "application/pdf", size: 1, blobId: "B", cid: null }];
  expect(question(composition({ text: "pièce jointe", attachments }))).toBeNull();
});

it("asks for a subject and warns of a mailing", () => {
  expect(question(composition({ subject: " " }))).toBe("subject");
  const to = Array.from({ length: 21 }, (_, at) => ({ name: null, email: `p${at}@b.fr` }));
  expect(question(composition({ to }))).toBe("many");
});
