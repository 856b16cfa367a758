// Pictures within the text, and messages in plain text.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, letter, openRow, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, png } from "./lib/messages.mjs";

let facteur;
let browser;
let page;
let jmap;
const { lea } = people;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  jmap = await facteur.jmap(people.camille);
  await jmap.import([
    {
      message: message({
        subject: "Plan en image",
        from: `Léa Bernard <${lea.address}>`,
        html: `<p>Voici le plan : <img src="cid:plan@x"></p>`,
        parts: [{ type: "image/png", name: "plan.png", content: png, cid: "plan@x" }],
      }),
    },
  ]);
  page = await browser.open(facteur.url);
  await signIn(page);
  await row(page, "Plan en image").waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const composer = () => page.getByRole("dialog").last();
const text = () => composer().getByRole("textbox", { name: "Texte du message" });
const send = () => composer().getByRole("button", { name: "Envoyer", exact: true });
const shape = (part) => (part.subParts ? `${part.type}(${part.subParts.map(shape).join(", ")})` : part.type);
const shown = (image) => image.evaluate((element) => element.complete && element.naturalWidth > 0);

async function begin(subject) {
  await page.getByRole("button", { name: "Écrire" }).click();
  await composer().getByRole("combobox", { name: "À", exact: true }).fill(`${lea.address},`);
  await composer().getByLabel("Objet").fill(subject);
  await text().click();
}

/** Hands files to the text as a paste or a drop does. */
function hand(kind, files, html = "") {
  return text().evaluate(
    (element, { kind, files, html }) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of files)
        data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
      if (html) data.setData("text/html", html);
      const box = element.getBoundingClientRect();
      const event =
        kind === "paste"
          ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, clientX: box.left + 20, clientY: box.top + 12 });
      (element.querySelector("p") ?? element).dispatchEvent(event);
    },
    { kind, files, html },
  );
}
const picture = (name) => ({ name, type: "image/png", bytes: png.toString("base64") });

async function received(subject, properties) {
  const box = await facteur.jmap(lea);
  return until(async () => {
    const list = await box.emails("inbox", ["subject", ...properties]);
    return list.find((email) => email.subject === subject);
  }, subject);
}

test("pictures that are pasted and dropped stand in the text, in the draft and at the reader's", async () => {
  await begin("Deux images");
  await page.keyboard.type("Regardez : ");
  await hand("paste", [picture("collée.png")], '<img src="https://img.test/collée.png">');
  await hand("drop", [picture("déposée.png"), { name: "notes.txt", type: "text/plain", bytes: btoa("notes") }]);
  await until(async () => (await text().locator("img[alt]:not(.ProseMirror-separator)").count()) === 2, "both pictures");
  for (const image of await text().locator("img[alt]:not(.ProseMirror-separator)").all()) await until(() => shown(image), "a picture that shows");
  // What is no picture is a file.
  await composer().getByText("notes.txt").waitFor();
  assert.equal(await composer().locator(".composer-file").count(), 1);
  await expectAccessible(page, "a composer with pictures");
  await composer().getByText(/Enregistré à/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Brouillon enregistré.").waitFor();

  await page.getByRole("link", { name: /Brouillons/ }).click();
  await row(page, "Deux images").first().locator(".row-link").click();
  await until(async () => (await text().locator("img[alt]:not(.ProseMirror-separator)").count()) === 2, "the pictures of the draft");
  for (const image of await text().locator("img[alt]:not(.ProseMirror-separator)").all()) await until(() => shown(image), "a picture of the draft");
  // What came with the draft is still there after it has been saved twice more.
  for (const word of ["Encore. ", "Toujours. "]) {
    const saved = page.waitForResponse((response) => response.url().includes("/jmap") && (response.request().postData() ?? "").includes(word.trim()));
    await text().click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type(word);
    assert.equal((await saved).status(), 200);
    assert.equal(await composer().locator(".composer-problem").count(), 0);
  }
  await send().click();
  const email = await received("Deux images", ["bodyStructure", "bodyValues", "htmlBody"]);
  assert.equal(
    shape(email.bodyStructure),
    "multipart/mixed(multipart/alternative(text/plain, multipart/related(text/html, image/png, image/png)), text/plain)",
  );
  const other = await browser.open(facteur.url);
  await signIn(other, lea);
  await openRow(other, "Deux images");
  await until(async () => (await letter(other).locator("img").count()) === 2, "the reader's pictures");
  for (const image of await letter(other).locator("img").all()) await until(() => shown(image), "a picture at the reader's");
  await until(async () => (await other.locator(".attachment").count()) === 1, "the one file");
  await other.context().close();
});

test("an answer keeps the pictures of what it quotes; a picture that is taken out does not go", async () => {
  await page.getByRole("link", { name: /Réception/ }).click();
  await openRow(page, "Plan en image");
  await page.keyboard.press("r");
  await text().click();
  await page.keyboard.type("Merci. ");
  await hand("paste", [picture("ôtée.png")]);
  await text().locator("img[alt]:not(.ProseMirror-separator)").waitFor();
  await page.keyboard.press("Backspace");
  await until(async () => (await text().locator("img[alt]:not(.ProseMirror-separator)").count()) === 0, "the picture to go");
  await send().click();
  const email = await received("Re: Plan en image", ["bodyStructure"]);
  assert.equal(shape(email.bodyStructure), "multipart/alternative(text/plain, multipart/related(text/html, image/png))");
});

test("blank lines are seen by the reader, and lines stand without gaps", async () => {
  await begin("Lignes");
  await page.keyboard.type("Un");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Trois");
  await send().click();
  const email = await received("Lignes", ["bodyValues", "htmlBody", "textBody"]);
  const html = email.bodyValues[email.htmlBody[0].partId] ?? (await withValues("Lignes")).html;
  assert.match(html.value, /<p style="margin:0">Un<\/p><p style="margin:0"><br><\/p><p style="margin:0">Trois<\/p>/);
});

async function withValues(subject) {
  const box = await facteur.jmap(lea);
  const { id } = (await box.emails("inbox")).find((email) => email.subject === subject);
  const { list } = await box.call("Email/get", { ids: [id], properties: ["bodyValues", "htmlBody", "textBody"], fetchAllBodyValues: true });
  return { html: list[0].bodyValues[list[0].htmlBody[0].partId], text: list[0].bodyValues[list[0].textBody[0].partId] };
}

test("plain text: warned when something is lost, sent as text alone, remembered, and found so in the drafts", async () => {
  await begin("En texte");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("Gras");
  await hand("paste", [picture("schéma.png")]);
  await text().locator("img[alt]:not(.ProseMirror-separator)").waitFor();
  await composer().getByRole("button", { name: "Autres choix" }).click();
  await page.getByRole("menuitem", { name: "Écrire en texte brut" }).click();
  await composer().getByText(/La mise en forme sera perdue/).waitFor();
  await expectAccessible(page, "the warning before plain text");
  await composer().getByRole("button", { name: "Passer en texte brut" }).click();
  await composer().locator("textarea").waitFor();
  assert.equal(await text().inputValue(), "Gras");
  await composer().getByText("schéma.png").waitFor();
  await text().fill("Gras\n\n  deux espaces");
  await expectAccessible(page, "a composer in plain text");
  await composer().getByText(/Enregistré à/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: /Brouillons/ }).click();
  await row(page, "En texte").first().locator(".row-link").click();
  await until(async () => (await text().inputValue()) === "Gras\n\n  deux espaces", "the text of the draft");
  await send().click();
  const email = await received("En texte", ["bodyStructure"]);
  assert.equal(shape(email.bodyStructure), "multipart/mixed(text/plain, image/png)");
  assert.equal((await withValues("En texte")).text.value.trimEnd(), "Gras\n\n  deux espaces");

  // Remembered; the answer quotes as text, and the way back is there.
  await page.reload();
  await page.getByRole("link", { name: /Réception/ }).click();
  await openRow(page, "Plan en image");
  await page.keyboard.press("r");
  await until(async () => (await text().evaluate((element) => element.tagName)) === "TEXTAREA", "plain text");
  await composer().getByText("Texte cité").click();
  await composer().getByText("Voici le plan", { exact: false }).waitFor();
  await composer().getByRole("button", { name: "Modifier" }).click();
  await until(async () => /> Voici le plan/.test(await text().inputValue()), "the quote as text");
  await composer().getByRole("button", { name: "Autres choix" }).click();
  await page.getByRole("menuitem", { name: "Écrire avec mise en forme" }).click();
  await until(async () => (await text().evaluate((element) => element.tagName)) === "DIV", "rich text");
  await composer().getByRole("button", { name: "Jeter ce message" }).click();
  assert.deepEqual(page.problems, []);
});
