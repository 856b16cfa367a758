import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { expectAccessible, openRow, signIn, startBrowser } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, pdf, png } from "./lib/messages.mjs";

let facteur;
let browser;
let page;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  const jmap = await facteur.jmap(people.camille);
  await jmap.import([
    {
      message: message({
        subject: "Documents",
        text: "Voici.",
        parts: [
          { type: "image/png", name: "été.png", content: png },
          { type: "application/pdf", name: "programme.pdf", content: pdf },
          { type: "application/zip", name: "../../etc/passwd", content: Buffer.alloc(2500, 1) },
          { type: "text/plain", name: "note.txt", content: "Une note jointe." },
        ],
      }),
    },
  ]);
  page = await browser.open(facteur.url);
  await signIn(page);
  await openRow(page, "Documents");
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

test("attachments stand as cards with name and size", async () => {
  await page.getByRole("region", { name: "4 pièces jointes" }).waitFor();
  const cards = await page.locator(".attachment").allInnerTexts();
  assert.match(cards.join("|"), /été\.png/);
  assert.match(cards.join("|"), /2,5\sKo/);
  await page.locator(".attachment-picture img").waitFor();
  await expectAccessible(page, "attachments");
});

test("a picture, a PDF and a text are looked at without saving", async () => {
  await page.getByRole("button", { name: "Aperçu de été.png" }).click();
  await page.getByRole("img", { name: "été.png" }).waitFor();
  await expectAccessible(page, "the preview of a picture");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Aperçu de programme.pdf" }).click();
  const viewer = page.locator("iframe.preview-document");
  await viewer.waitFor();
  assert.match(await viewer.getAttribute("src"), /^blob:/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Aperçu de note.txt" }).click();
  await page.getByText("Une note jointe.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

const saved = async (button) => {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
};

test("one is saved as it is", async () => {
  const { name, bytes } = await saved(page.getByRole("button", { name: "Enregistrer programme.pdf" }));
  assert.equal(name, "programme.pdf");
  assert.ok(bytes.equals(pdf));
});

test("all are saved as one archive, whose names cannot leave their folder", async () => {
  const { name, bytes } = await saved(page.getByRole("button", { name: "Tout enregistrer" }));
  assert.equal(name, "Documents.zip");
  const text = bytes.toString("latin1");
  assert.ok(bytes.includes(Buffer.from("été.png")));
  assert.ok(bytes.includes(pdf));
  assert.ok(!text.includes("../"));
  assert.deepEqual(page.problems, []);
});
