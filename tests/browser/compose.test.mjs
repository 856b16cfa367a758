import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, openRow, patience, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, pdf, png } from "./lib/messages.mjs";

let facteur;
let browser;
let page;
let jmap;
const { camille, lea } = people;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  jmap = await facteur.jmap(camille);
  await jmap.import([
    {
      message: message({
        subject: "Sortie au musée",
        from: `Léa Bernard <${lea.address}>`,
        to: `${camille.address}, paul.durand@dehors.test`,
        cc: "marie@dehors.test",
        html: "<p>Qui vient <b>jeudi</b> ?</p>",
        id: "musee@x.test",
      }),
    },
    { message: message({ subject: "Plan du site", parts: [{ type: "application/pdf", name: "plan.pdf", content: pdf }] }) },
  ]);
  page = await browser.open(facteur.url);
  await signIn(page);
  await row(page, "Sortie au musée").waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const composer = () => page.getByRole("dialog").last();
const field = (name) => composer().getByRole("combobox", { name, exact: true });
const text = () => composer().getByRole("textbox", { name: "Texte du message" });
const send = () => composer().getByRole("button", { name: "Envoyer", exact: true });
const draftsNamed = async (subject) => (await jmap.emails("drafts", ["id", "subject", "bodyValues", "textBody", "to"])).filter((email) => email.subject === subject);

async function begin() {
  await page.getByRole("button", { name: "Écrire" }).click();
  await text().waitFor();
}

test("a message is written with completion and formats, sent, and arrives elsewhere without a reload", async () => {
  const other = await browser.open(facteur.url);
  await signIn(other, lea);
  await begin();
  await expectAccessible(page, "the composer");
  await field("À").pressSequentially("lea");
  await page.getByRole("option", { name: /Léa Bernard/ }).waitFor();
  await expectAccessible(page, "completion");
  await page.keyboard.press("Enter");
  await composer().locator(".chip", { hasText: "Léa Bernard" }).waitFor();
  await composer().getByLabel("Objet").fill("Réunion de lundi");
  await text().click();
  await page.keyboard.type("Bonjour ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("Léa");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(", à lundi.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Message envoyé.").waitFor();
  await row(other, "Réunion de lundi").waitFor();
  await openRow(other, "Réunion de lundi");
  const received = await (await facteur.jmap(lea)).emails("inbox", ["subject", "bodyValues", "htmlBody", "textBody", "from"]);
  const values = Object.values(received[0].bodyValues).map(({ value }) => value).join("\n");
  assert.match(values, /<strong>Léa<\/strong>/);
  assert.match(values, /Bonjour Léa, à lundi\./);
  assert.deepEqual(received[0].from, [{ name: camille.name, email: camille.address }]);
  await until(async () => (await jmap.emails("sent")).some(({ subject }) => subject === "Réunion de lundi"), "the sent copy");
  await until(async () => (await draftsNamed("Réunion de lundi")).length === 0, "the draft to go");
  await other.context().close();
});

test("a sent message is called back within ten seconds, and nothing arrives", async () => {
  await begin();
  await field("À").fill(`${lea.address},`);
  await composer().getByLabel("Objet").fill("Trop vite");
  await text().fill("Oublié quelque chose");
  await send().click();
  await page.getByText("Message envoyé.").last().waitFor();
  await page.getByRole("button", { name: "Annuler", exact: true }).last().click();
  await text().waitFor();
  assert.match(await text().innerText(), /Oublié quelque chose/);
  const [draft] = await until(async () => {
    const drafts = await draftsNamed("Trop vite");
    return drafts.length > 0 && drafts;
  }, "the draft");
  assert.ok(draft);
  const submissions = await jmap.call("EmailSubmission/get", { ids: null });
  const undone = submissions.list.find(({ emailId }) => emailId === draft.id);
  if (undone) assert.equal(undone.undoStatus, "canceled");
  await composer().getByRole("button", { name: "Jeter ce message" }).click();
  await page.getByText("Message jeté.").waitFor();
  const arrived = await (await facteur.jmap(lea)).emails("inbox");
  assert.ok(!arrived.some(({ subject }) => subject === "Trop vite"));
});

test("an answer quotes, threads and marks; an answer to all leaves oneself out", async () => {
  await openRow(page, "Sortie au musée");
  await page.keyboard.press("a");
  await text().waitFor();
  const chips = await composer().locator(".chip").allInnerTexts();
  assert.deepEqual(chips.map((chip) => chip.split("\n")[0]), ["Léa Bernard", "paul.durand@dehors.test", "marie@dehors.test"]);
  assert.equal(await composer().locator(".chip", { hasText: "ext." }).count(), 2);
  assert.equal(await composer().getByLabel("Objet").inputValue(), "Re: Sortie au musée");
  for (const name of ["marie@dehors.test", "paul.durand@dehors.test"])
    await composer().getByRole("button", { name: `Retirer ${name}` }).click();
  await text().click();
  await page.keyboard.type("Moi.");
  await composer().getByText("Texte cité").click();
  await composer().getByText("Léa Bernard <").waitFor();
  await page.frameLocator(".composer-quote iframe").getByText("jeudi").waitFor();
  await expectAccessible(page, "an answer");
  await send().click();
  await page.getByText("Message envoyé.").last().waitFor();
  const answer = await until(async () => {
    const inbox = await (await facteur.jmap(lea)).emails("inbox", ["subject", "inReplyTo", "bodyValues", "textBody", "htmlBody"]);
    return inbox.find(({ subject }) => subject === "Re: Sortie au musée");
  }, "the answer");
  assert.deepEqual(answer.inReplyTo, ["musee@x.test"]);
  const values = Object.values(answer.bodyValues).map(({ value }) => value).join("\n");
  assert.match(values, /> Qui vient jeudi/);
  assert.match(values, /<b>jeudi<\/b>/);
  await until(async () => (await jmap.emails("inbox")).some(({ keywords }) => keywords.$answered), "the mark");
});

test("a forward takes the attachments along", async () => {
  await openRow(page, "Plan du site");
  await page.keyboard.press("f");
  await composer().getByText("plan.pdf").waitFor();
  assert.match(await composer().getByLabel("Objet").inputValue(), /^Tr: Plan/);
  await field("À").fill(`${lea.address},`);
  await send().click();
  await page.getByText("Message envoyé.").last().waitFor();
  const forward = await until(async () => {
    const inbox = await (await facteur.jmap(lea)).emails("inbox", ["subject", "attachments"]);
    return inbox.find(({ subject }) => subject.startsWith("Tr: Plan"));
  }, "the forward");
  assert.equal(forward.attachments[0].name, "plan.pdf");
  assert.equal(forward.attachments[0].size, pdf.length);
});

test("files are dropped on the composer, travel and arrive; a missing one is asked for once", async () => {
  await begin();
  await field("À").fill(`${lea.address},`);
  await composer().getByLabel("Objet").fill("Avec fichier");
  await text().fill("Voir la pièce jointe.");
  await send().click();
  await composer().getByText("Vous parlez d’une pièce jointe").waitFor();
  await expectAccessible(page, "a question before sending");
  const files = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "dessin.png", { type: "image/png" }));
    return data;
  }, [...png]);
  await composer().dispatchEvent("dragover", { dataTransfer: files });
  await composer().dispatchEvent("drop", { dataTransfer: files });
  await composer().getByText("dessin.png").waitFor();
  await composer().getByRole("heading", { name: "Avec fichier" }).waitFor();
  await composer().locator("progress").waitFor({ state: "detached" });
  await send().click();
  await page.getByText("Message envoyé.").last().waitFor();
  const arrived = await until(async () => {
    const inbox = await (await facteur.jmap(lea)).emails("inbox", ["subject", "attachments"]);
    return inbox.find(({ subject }) => subject === "Avec fichier");
  }, "the message with its file");
  assert.deepEqual(arrived.attachments.map(({ name, size }) => [name, size]), [["dessin.png", png.length]]);
});

test("a file that could not be sent to the server holds the message back until it is taken out", async () => {
  await begin();
  await field("À").fill(`${lea.address},`);
  await composer().getByLabel("Objet").fill("Fichier refusé");
  await text().fill("Voici.");
  await page.route("**/jmap/upload/**", (route) => route.fulfill({ status: 500, body: "" }));
  await composer().locator(".composer-actions > input[type=file]").setInputFiles({ name: "refusé.txt", mimeType: "text/plain", buffer: Buffer.from("Non.") });
  await composer().locator(".composer-file .field-error").waitFor();
  await page.unroute("**/jmap/upload/**");
  await send().click();
  await composer().getByText(/n’a pas pu être envoyée/).waitFor();
  await expectAccessible(page, "a file that could not be sent");
  await composer().getByRole("button", { name: "Retirer refusé.txt" }).click();
  await composer().getByText(/n’a pas pu être envoyée/).waitFor({ state: "detached" });
  await send().click();
  await page.getByText("Message envoyé.").last().waitFor();
  const email = await until(async () => {
    const inbox = await (await facteur.jmap(lea)).emails("inbox", ["subject", "attachments"]);
    return inbox.find(({ subject }) => subject === "Fichier refusé");
  }, "the message without its file");
  assert.deepEqual(email.attachments, []);
});

test("an address that does not exist is named, and nothing is lost", async () => {
  await begin();
  await field("À").fill("personne@academie.test,");
  await composer().getByLabel("Objet").fill("Erreur d'adresse");
  await text().fill("Texte gardé");
  await send().click();
  await page.getByText(/Cette adresse n’existe pas.*personne@academie.test/).waitFor();
  await composer().locator(".chip-wrong", { hasText: "personne@academie.test" }).waitFor();
  assert.match(await text().innerText(), /Texte gardé/);
  await composer().getByRole("button", { name: "Jeter ce message" }).click();
});

test("a draft is saved while one types, as one draft however long, and is taken up again", async () => {
  await begin();
  await composer().getByLabel("Objet").fill("Brouillon");
  await text().click();
  await page.keyboard.type("Premier jet.");
  await composer().getByText(/Enregistré à/).waitFor();
  await page.keyboard.type(" Deuxième jet.");
  const saved = async () => Object.values((await draftsNamed("Brouillon"))[0]?.bodyValues ?? {}).some(({ value }) => value.includes("Deuxième"));
  await until(saved, "the second state of the draft");
  assert.equal((await draftsNamed("Brouillon")).length, 1);
  await page.keyboard.press("Escape");
  await page.getByText("Brouillon enregistré.").waitFor();
  await page.getByRole("link", { name: /Brouillons/ }).click();
  await row(page, "Brouillon").locator(".row-link").click();
  await text().waitFor();
  assert.equal((await text().innerText()).trim(), "Premier jet. Deuxième jet.");
  await page.keyboard.press("Escape");
  await text().waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Réception" }).click();
});

test("what was typed is found again after the tab crashed", async () => {
  const context = page.context();
  await begin();
  await composer().getByLabel("Objet").fill("Avant le choc");
  await text().click();
  await page.keyboard.type("Ces mots ne doivent pas se perdre");
  // In the browser's store within a blink, before the network.
  await until(
    () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => key.startsWith("facteur.draft.") && value.includes("se perdre"))),
    "the words in the browser's store",
  );
  const crashed = page;
  const gone = crashed.waitForEvent("crash", { timeout: patience });
  await crashed.goto("chrome://crash").catch(() => undefined);
  await gone;
  page = await context.newPage();
  page.problems = [];
  await page.goto(facteur.url);
  await text().waitFor();
  assert.match(await text().innerText(), /Ces mots ne doivent pas se perdre/);
  assert.equal(await composer().getByLabel("Objet").inputValue(), "Avant le choc");
  await page.keyboard.press("Escape");
});
