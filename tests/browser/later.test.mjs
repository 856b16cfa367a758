// Messages that wait for their time: chosen in the composer, seen among the scheduled, changed, sent, cancelled.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, openRow, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";

let facteur;
let browser;
let page;
let jmap;
const { lea } = people;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  jmap = await facteur.jmap(people.camille);
  page = await browser.open(facteur.url);
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const composer = () => page.getByRole("dialog").last();
const pending = async () =>
  (await jmap.call("EmailSubmission/get", { ids: null })).list.filter(({ undoStatus }) => undoStatus === "pending");
const arrived = async () => (await (await facteur.jmap(lea)).emails("inbox", ["subject", "sentAt"])).map(({ subject }) => subject);

async function write(subject) {
  await page.getByRole("button", { name: "Écrire" }).click();
  await composer().getByRole("combobox", { name: "À", exact: true }).fill(`${lea.address},`);
  await composer().getByLabel("Objet").fill(subject);
  await composer().getByRole("textbox", { name: "Texte du message" }).fill("À lundi.");
}

async function schedule(subject) {
  await write(subject);
  await composer().getByRole("button", { name: "Envoyer plus tard" }).click();
  await page.getByRole("menuitem", { name: /Demain matin/ }).click();
  await page.getByText("Envoi programmé demain à 08:00.").last().waitFor();
}

async function openScheduled(subject) {
  await page.getByRole("link", { name: /Programmés/ }).click();
  await openRow(page, subject);
  await page.getByText(/Envoi prévu/).waitFor();
}

test("a message is left for tomorrow morning, and is dated then", async () => {
  await schedule("Pour demain");
  const [submission] = await until(async () => {
    const list = await pending();
    return list.length > 0 && list;
  }, "the submission");
  const due = new Date();
  due.setDate(due.getDate() + 1);
  due.setHours(8, 0, 0, 0);
  assert.equal(new Date(submission.sendAt).getTime(), due.getTime());
  const { list } = await jmap.call("Email/get", { ids: [submission.emailId], properties: ["sentAt", "receivedAt", "keywords", "mailboxIds"] });
  assert.equal(new Date(list[0].sentAt).getTime(), due.getTime());
  assert.equal(new Date(list[0].receivedAt).getTime(), due.getTime());
  assert.equal(list[0].keywords.$draft, undefined);
  const scheduled = await jmap.mailbox("scheduled");
  assert.deepEqual(list[0].mailboxIds, { [scheduled.id]: true });
  assert.ok(!(await jmap.emails("sent")).some(({ subject }) => subject === "Pour demain"));
});

test("it is seen among the scheduled, and nothing but its queue moves it", async () => {
  await openScheduled("Pour demain");
  await page.getByText("Envoi prévu demain à 08:00").waitFor();
  await page.getByRole("heading", { name: "Demain", exact: true }).waitFor();
  await expectAccessible(page, "a scheduled message");
  await page.keyboard.press("e");
  await page.getByText("Ce message attend son heure").waitFor();
  await row(page, "Pour demain").hover();
  const offered = row(page, "Pour demain").locator(".row-actions button");
  await offered.first().waitFor();
  assert.deepEqual(await offered.evaluateAll((all) => all.map((button) => button.getAttribute("aria-label"))), ["Envoyer maintenant", "Annuler l’envoi"]);
  assert.equal((await pending()).length, 1);
});

test("its time is changed to one that is typed; one that has passed is refused", async () => {
  await openScheduled("Pour demain");
  await page.getByRole("button", { name: "Changer l’heure" }).click();
  await page.getByRole("menuitem", { name: /Autre date/ }).click();
  const dialog = page.getByRole("dialog", { name: "Envoyer plus tard" });
  await dialog.getByLabel("Date et heure d’envoi").fill("2020-01-01T08:00");
  await dialog.getByRole("button", { name: "Programmer l’envoi" }).click();
  await dialog.getByText(/déjà passée/).waitFor();
  await expectAccessible(page, "the choice of a time");
  const due = new Date(Date.now() + 40 * 86_400_000);
  due.setHours(17, 30, 0, 0);
  const two = (number) => String(number).padStart(2, "0");
  await dialog.getByLabel("Date et heure d’envoi").fill(`${due.getFullYear()}-${two(due.getMonth() + 1)}-${two(due.getDate())}T17:30`);
  await dialog.getByRole("button", { name: "Programmer l’envoi" }).click();
  await page.getByText(/Envoi programmé .* à 17:30\./).waitFor();
  await until(async () => {
    const list = await pending();
    return list.length === 1 && new Date(list[0].sendAt).getTime() === due.getTime();
  }, "the new time");
  await row(page, "Pour demain").waitFor();
  await until(async () => (await row(page, "Pour demain").count()) === 1, "one row");
});

test("it is opened again to go on writing", async () => {
  await openScheduled("Pour demain");
  await page.getByRole("button", { name: "Modifier", exact: true }).click();
  const text = composer().getByRole("textbox", { name: "Texte du message" });
  await text.waitFor();
  assert.match(await text.innerText(), /À lundi\./);
  await until(async () => (await pending()).length === 0, "the submission to go");
  await composer().getByRole("button", { name: "Envoyer plus tard" }).click();
  await page.getByRole("menuitem", { name: /Demain matin/ }).click();
  await page.getByText("Envoi programmé demain à 08:00.").last().waitFor();
});

test("cancelled, it is a draft of today", async () => {
  await openScheduled("Pour demain");
  await page.locator(".scheduled-bar").getByRole("button", { name: "Annuler l’envoi" }).click();
  await page.getByText("Envoi annulé : le message est dans Brouillons.").waitFor();
  await until(async () => (await pending()).length === 0, "the submission to go");
  const draft = await until(
    async () => (await jmap.emails("drafts", ["subject", "receivedAt", "keywords"])).find(({ subject }) => subject === "Pour demain"),
    "the draft",
  );
  assert.ok(draft.keywords.$draft);
  assert.ok(new Date(draft.receivedAt) <= new Date(Date.now() + 60_000));
});

test("sent now, it goes now; undone from its toast, it does not go", async () => {
  await schedule("Finalement tout de suite");
  await openScheduled("Finalement tout de suite");
  await page.locator(".scheduled-bar").getByRole("button", { name: "Envoyer maintenant" }).click();
  await page.getByText("Message envoyé.").last().waitFor();
  await until(async () => (await arrived()).includes("Finalement tout de suite"), "its arrival");
  await schedule("Jamais");
  await page.getByRole("button", { name: "Annuler", exact: true }).last().click();
  await composer().getByRole("textbox", { name: "Texte du message" }).waitFor();
  await until(async () => (await pending()).length === 0, "the submission to go");
  await composer().getByRole("button", { name: "Jeter ce message" }).click();
});

test("its time come, it is among the sent", async () => {
  const drafts = await jmap.mailbox("drafts");
  const scheduled = await jmap.mailbox("scheduled");
  const { created } = await jmap.call("Email/set", {
    create: {
      k: {
        mailboxIds: { [drafts.id]: true },
        from: [{ email: people.camille.address }],
        to: [{ email: lea.address }],
        subject: "À son heure",
        textBody: [{ partId: "t", type: "text/plain" }],
        bodyValues: { t: { value: "Voilà." } },
      },
    },
  });
  await jmap.call("EmailSubmission/set", {
    create: {
      s: {
        identityId: (await jmap.call("Identity/get", { ids: null })).list[0].id,
        emailId: created.k.id,
        envelope: { mailFrom: { email: people.camille.address, parameters: { HOLDFOR: "2" } }, rcptTo: [{ email: lea.address, parameters: null }] },
      },
    },
    onSuccessUpdateEmail: { "#s": { [`mailboxIds/${drafts.id}`]: null, [`mailboxIds/${scheduled.id}`]: true } },
  });
  await page.getByRole("link", { name: "Envoyés" }).click();
  await row(page, "À son heure").waitFor();
  await until(async () => (await arrived()).includes("À son heure"), "its arrival");
  assert.deepEqual(page.problems, []);
});
