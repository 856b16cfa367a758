import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, openRow, row, screenshot, signIn, startBrowser, until } from "./lib/browser.mjs";
import { startExchanger } from "./lib/exchanger.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";

let exchanger, facteur, browser, page;

before(async () => {
  exchanger = await startExchanger({
    "personne@dehors.test": "550 5.1.1 <personne@dehors.test>: user unknown",
    "plus.tard@ailleurs.test": "451 4.7.1 Greylisted, try again",
  });
  facteur = await startFacteur({ config: `[routes]\n"*" = {host = "127.0.0.1:${exchanger.port}", tls = "none"}` });
  browser = await startBrowser();
  page = await browser.open(facteur.url);
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
  exchanger?.close();
});

async function send(subject, ...to) {
  await page.getByRole("button", { name: "Écrire" }).click();
  const composer = page.getByRole("dialog").last();
  for (const address of to) {
    await composer.getByRole("combobox", { name: "À", exact: true }).fill(address);
    await page.keyboard.press("Enter");
  }
  await composer.getByLabel("Objet").fill(subject);
  await composer.getByRole("textbox", { name: "Texte du message" }).click();
  await page.keyboard.type("Bonjour, à lundi.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Message envoyé.").last().waitFor();
  await page.getByRole("link", { name: "Envoyés" }).click();
  await row(page, subject).waitFor();
}

test("what goes to other domains is sent, and said to have reached their server", async () => {
  await send("Sortie au musée", people.lea.address, "parents@dehors.test");
  await openRow(page, "Sortie au musée");
  // A letter can be called back for ten seconds; then it goes, and nobody presses anything.
  await page.getByText("Message remis aux 2 destinataires.").waitFor();
  await page.getByText("Message remis aux 2 destinataires.").click();
  await page.getByText(/Remis dans sa boîte aujourd’hui à \d\d:\d\d\./).waitFor();
  await page.getByText(/Remis au serveur dehors\.test aujourd’hui à \d\d:\d\d\./).waitFor();
  assert.equal(await row(page, "Sortie au musée").getByText(/remis à tous/).count(), 0);
  assert.equal(await row(page, "Sortie au musée").locator(".avatar").getAttribute("data-letters"), "LB", "who it went to");
  await expectAccessible(page, "a message that has arrived");
});

test("who did not get it is named, with the reason and what to do; who waits is told apart", async () => {
  await send("Réunion de lundi", "personne@dehors.test", "plus.tard@ailleurs.test");
  await openRow(page, "Réunion de lundi");
  await page.getByText("1 destinataire n’a pas reçu ce message.").waitFor();
  await page.getByText("cette adresse n’existe pas chez dehors.test").waitFor();
  await page.getByText(/Réponse du serveur aujourd’hui à \d\d:\d\d : 550 5\.1\.1 <personne@dehors\.test>: user unknown/).waitFor();
  await page.getByText("le serveur ailleurs.test n’a pas encore pris le message").waitFor();
  await expectAccessible(page, "a message that was refused");
  await screenshot(page, "delivery-1440-light");
});

test("what is taken later is said without a reload", async () => {
  delete exchanger.replies["plus.tard@ailleurs.test"];
  facteur.run("queue", "retry", "--all");
  await page.getByText(/Remis au serveur ailleurs\.test/).waitFor();
  assert.equal(await page.getByText("le serveur ailleurs.test n’a pas encore pris le message").count(), 0);
  await until(async () => (await page.locator(".delivery summary [role=status]").textContent()).startsWith("1 destinataire"), "the sum");
});

const warned = (subject, text) => row(page, subject).locator(".row-marks").getByText(text, { exact: true });

test("the list of what was sent warns of what did not arrive, and follows what becomes of it", async () => {
  exchanger.replies["plus.tard@ailleurs.test"] = "451 4.7.1 Greylisted, try again";
  await warned("Réunion de lundi", "Non remis à tous.").waitFor();
  await send("Bal de fin d’année", "plus.tard@ailleurs.test");
  await warned("Bal de fin d’année", "Pas encore remis à tous.").waitFor();
  await expectAccessible(page, "a list with warnings");
  await screenshot(page, "sent-warnings-1280-light");
  delete exchanger.replies["plus.tard@ailleurs.test"];
  facteur.run("queue", "retry", "--all");
  await warned("Bal de fin d’année", "Pas encore remis à tous.").waitFor({ state: "detached" });
  assert.equal(await warned("Réunion de lundi", "Non remis à tous.").count(), 1);
});

test("the warnings of a whole list are asked for once, and by nobody who does not look at it", async () => {
  const other = await browser.open(facteur.url);
  const asked = [];
  other.on("request", (request) => {
    for (const [name, { filter }] of request.postDataJSON()?.methodCalls ?? []) if (name.startsWith("EmailSubmission")) asked.push([name, filter]);
  });
  await signIn(other);
  await other.locator(".list-empty, .row").first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.deepEqual(asked, []);
  await other.getByRole("link", { name: "Envoyés" }).click();
  await row(other, "Réunion de lundi").getByText("Non remis à tous.").waitFor();
  await other.getByRole("link", { name: /Réception/ }).click();
  await other.getByRole("link", { name: "Envoyés" }).click();
  await row(other, "Sortie au musée").waitFor();
  assert.deepEqual(asked.map(([name]) => name), ["EmailSubmission/query", "EmailSubmission/get"]);
  await other.context().close();
});
