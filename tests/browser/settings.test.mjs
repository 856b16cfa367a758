import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, row, screenshot, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message } from "./lib/messages.mjs";

let facteur;
let browser;
before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

test("a name and a signature are changed, kept by the server, and used in the next message", async () => {
  const page = await browser.open(facteur.url);
  await signIn(page);
  await page.getByRole("link", { name: "Réglages" }).click();
  const form = page.getByRole("form", { name: people.camille.address });
  await form.getByLabel("Nom affiché").fill("Camille Martin, direction");
  await form.getByLabel("Signature").fill("Camille Martin\nCollège des Remparts & Cie");
  await expectAccessible(page, "the settings");
  await form.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByText("Identité enregistrée.").waitFor();

  const jmap = await facteur.jmap(people.camille);
  const { list } = await jmap.call("Identity/get", { ids: null });
  assert.equal(list[0].name, "Camille Martin, direction");
  assert.equal(list[0].textSignature, "Camille Martin\nCollège des Remparts & Cie");

  await page.getByRole("link", { name: /Réception/ }).click();
  await page.getByRole("button", { name: "Écrire" }).click();
  const composer = page.getByRole("dialog").last();
  const text = composer.getByRole("textbox", { name: "Texte du message" });
  await until(async () => /Collège des Remparts & Cie/.test(await text.innerText()), "the signature in the text");
  await composer.getByRole("combobox", { name: "À", exact: true }).fill(people.lea.address);
  await page.keyboard.press("Enter");
  await composer.getByLabel("Objet").fill("Signé");
  await composer.getByRole("button", { name: "Envoyer", exact: true }).click();
  const lea = await facteur.jmap(people.lea);
  const [email] = await until(async () => {
    const found = (await lea.emails("inbox", ["subject", "from", "textBody", "bodyValues"])).filter(({ subject }) => subject === "Signé");
    return found.length > 0 && found;
  }, "the signed message");
  assert.equal(email.from[0].name, "Camille Martin, direction");
  assert.match(email.bodyValues[email.textBody[0].partId].value, /Collège des Remparts & Cie/);
  assert.deepEqual(page.problems, []);
});

test("an automatic answer is written, kept by the server, and sent to who writes", async () => {
  const page = await browser.open(facteur.url, { width: 1440, height: 900 });
  await signIn(page);
  await page.getByRole("link", { name: "Réglages" }).click();
  const form = page.getByRole("form", { name: "Réponse automatique" });
  const save = form.getByRole("button", { name: "Enregistrer" });
  await form.getByLabel("Répondre automatiquement").check();
  await save.click();
  await form.getByText("Écrivez ce que vos correspondants doivent savoir.").waitFor();
  await until(() => form.getByLabel("Texte de la réponse").evaluate((field) => field === document.activeElement), "the field at fault");
  await form.getByLabel("Texte de la réponse").fill("Je suis en congé jusqu’à lundi.");
  await form.getByLabel("Premier jour").fill("2026-01-05");
  await form.getByLabel("Dernier jour").fill("2026-01-02");
  await save.click();
  await form.getByText("Le dernier jour vient avant le premier.").waitFor();
  await expectAccessible(page, "an automatic answer with a fault");
  await form.scrollIntoViewIfNeeded();
  await screenshot(page, "vacation-fault-1440");
  await form.getByLabel("Dernier jour").fill("2099-12-31");
  await form.getByLabel("Objet").fill("Absente");
  await save.click();
  await page.getByText("Réponse automatique enregistrée.").waitFor();
  const jmap = await facteur.jmap(people.camille);
  const [kept] = (await jmap.call("VacationResponse/get", { ids: null })).list;
  assert.equal(kept.isEnabled, true);
  assert.equal(kept.subject, "Absente");
  assert.equal(kept.textBody, "Je suis en congé jusqu’à lundi.");
  assert.ok(kept.fromDate && kept.toDate > "2099-12-31T", kept.toDate);

  await facteur.deliver(
    message({ subject: "Es-tu là ?", from: `Léa Bernard <${people.lea.address}>`, to: people.camille.address }),
    people.camille.address,
    people.lea.address,
  );
  const lea = await facteur.jmap(people.lea);
  await until(async () => (await lea.emails("inbox")).some(({ subject }) => subject === "Absente"), "the answer");

  const phone = await browser.open(facteur.url, { width: 390, height: 844, hasTouch: true, isMobile: true });
  await signIn(phone);
  await phone.goto(`${facteur.url}/settings`);
  const small = phone.getByRole("form", { name: "Réponse automatique" });
  await small.getByLabel("Texte de la réponse").scrollIntoViewIfNeeded();
  assert.equal(await small.getByLabel("Dernier jour").inputValue(), "2099-12-31");
  await screenshot(phone, "vacation-390");
  await small.getByLabel("Répondre automatiquement").uncheck();
  await small.getByRole("button", { name: "Enregistrer" }).click();
  await phone.getByText("Réponse automatique arrêtée.").waitFor();
  assert.equal((await jmap.call("VacationResponse/get", { ids: null })).list[0].isEnabled, false);
  assert.deepEqual([...page.problems, ...phone.problems], []);
});

test("who asked for it is told by the system of a new message, and a press opens it", async () => {
  const page = await browser.open(facteur.url);
  await signIn(page);
  // Headless browsers show no notifications: this one writes down what would be shown.
  await page.context().addInitScript(() => {
    window.told = [];
    document.hasFocus = () => false;
    window.Notification = class {
      static permission = "default";
      static async requestPermission() {
        this.permission = "granted";
        return "granted";
      }
      constructor(title, options) {
        Object.assign(this, { title, ...options });
        window.told.push(this);
      }
      close() {}
    };
  });
  await page.goto(`${facteur.url}/settings`);
  await page.getByLabel("Avertir des nouveaux messages").check();
  await facteur.deliver(message({ subject: "Réunion avancée", from: "Paul Durand <paul.durand@dehors.test>" }));
  const told = await until(() => page.evaluate(() => window.told.map(({ title, body }) => ({ title, body }))[0]), "a notification");
  assert.deepEqual(told, { title: "Paul Durand", body: "Réunion avancée" });
  await page.evaluate(() => window.told[0].onclick());
  await page.locator(".message-open .message-body").first().waitFor();
  await row(page, "Réunion avancée").waitFor();
  assert.deepEqual(page.problems, []);
});
