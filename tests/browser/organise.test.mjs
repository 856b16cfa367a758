import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { expectAccessible, openRow, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message } from "./lib/messages.mjs";

let facteur;
let browser;
let page;
let jmap;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  jmap = await facteur.jmap(people.camille);
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

/** Each test finds three messages in the inbox and the page on it. */
beforeEach(async () => {
  for (const role of ["inbox", "archive", "trash"]) {
    const emails = await jmap.emails(role, ["id"]);
    if (emails.length > 0) await jmap.call("Email/set", { destroy: emails.map(({ id }) => id) });
  }
  await jmap.import(["Alpha", "Beta", "Gamma"].map((subject) => ({ message: message({ subject }) })));
  await page?.context().close();
  page = await browser.open(facteur.url);
  await signIn(page);
  await row(page, "Gamma").waitFor();
});

const subjects = async (role) => (await jmap.emails(role)).map(({ subject }) => subject).sort();
const quick = async (text, name) => {
  await row(page, text).hover();
  await row(page, text).getByRole("button", { name, exact: true }).click();
};
const has = (role, ...wanted) =>
  until(async () => JSON.stringify(await subjects(role)) === JSON.stringify(wanted), `${role}: ${wanted}`);

test("read, unread and flag go to the server and to the eye at once", async () => {
  await quick("Alpha", "Marquer comme lu");
  await page.locator(".row:not(.row-unread)", { hasText: "Alpha" }).waitFor();
  await quick("Beta", "Suivre");
  await row(page, "Beta").getByText("Suivi").waitFor();
  await until(async () => {
    const emails = await jmap.emails("inbox");
    const keywords = Object.fromEntries(emails.map((email) => [email.subject, email.keywords]));
    return keywords.Alpha?.$seen && keywords.Beta?.$flagged && !keywords.Gamma?.$seen;
  }, "keywords");
  await quick("Alpha", "Marquer comme non lu");
  await page.locator(".row-unread", { hasText: "Alpha" }).waitFor();
});

test("archiving takes the row away, and undo brings it back", async () => {
  await quick("Beta", "Archiver");
  await row(page, "Beta").waitFor({ state: "detached" });
  // While the pointer rests on it a toast stays, however long this takes.
  await page.getByText("Archivé.").hover();
  await expectAccessible(page, "a toast");
  await has("archive", "Beta");
  await page.getByRole("button", { name: "Annuler" }).click();
  await row(page, "Beta").waitFor();
  await has("inbox", "Alpha", "Beta", "Gamma");
  await has("archive");
});

test("several are moved by the menu, by a part of the folder's name", async () => {
  await row(page, "Alpha").locator(".row-link").click({ modifiers: ["Control"] });
  await row(page, "Gamma").locator(".row-link").click({ modifiers: ["Control"] });
  await page.keyboard.press("v");
  // The field has the focus: whoever asks for it types at once.
  await page.locator("[role=combobox]:focus").waitFor();
  await page.keyboard.type("archi");
  await expectAccessible(page, "the choice of a folder");
  await page.keyboard.press("Enter");
  await page.getByText("2 éléments déplacés vers « Archives ».").waitFor();
  await has("archive", "Alpha", "Gamma");
  await has("inbox", "Beta");
});

test("a row is dragged onto a folder", async () => {
  await row(page, "Alpha").dragTo(page.getByRole("link", { name: "Archives" }));
  await row(page, "Alpha").waitFor({ state: "detached" });
  await has("archive", "Alpha");
});

test("what is deleted goes to the bin; the bin is emptied only when the toast has gone", async () => {
  await openRow(page, "Beta");
  await page.keyboard.press("#");
  await page.getByText("Mis à la corbeille.").waitFor();
  await has("trash", "Beta");
  await page.getByRole("link", { name: "Corbeille" }).click();
  await row(page, "Beta").waitFor();
  await page.getByRole("button", { name: "Vider" }).click();
  await row(page, "Beta").waitFor({ state: "detached" });
  await page.getByText("1 message supprimé définitivement.").waitFor();
  await page.getByRole("button", { name: "Annuler" }).last().click();
  await row(page, "Beta").waitFor();
  await has("trash", "Beta");
  await page.getByRole("button", { name: "Vider" }).click();
  await page.getByText("1 message supprimé définitivement.").waitFor();
  await page.getByRole("button", { name: "Fermer", exact: true }).last().click();
  await has("trash");
});

test("folders are made, renamed and deleted", async () => {
  const manage = page.getByRole("button", { name: "Gérer les dossiers" });
  await manage.click();
  await page.getByRole("menuitem", { name: "Nouveau dossier" }).click();
  await page.getByLabel("Nom du dossier").fill("Élèves");
  await page.getByRole("button", { name: "Créer" }).click();
  await page.getByRole("heading", { name: "Élèves", level: 1 }).waitFor();
  await manage.click();
  await page.getByRole("menuitem", { name: "Renommer « Élèves »" }).click();
  await page.getByLabel("Nom du dossier").fill("Élèves de 3e");
  await page.getByRole("button", { name: "Renommer" }).click();
  await page.getByRole("heading", { name: "Élèves de 3e", level: 1 }).waitFor();
  await manage.click();
  await page.getByRole("menuitem", { name: "Supprimer « Élèves de 3e »" }).click();
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
  await until(async () => (await jmap.mailbox("Élèves de 3e")) === undefined, "the folder to go");
});

test("who moves a message makes the folder for it on the way", async () => {
  await openRow(page, "Beta");
  await page.keyboard.press("v");
  const field = page.getByRole("combobox", { name: "Nom du dossier" });
  await field.fill("Archives");
  assert.equal(await page.getByRole("option", { name: /Créer/ }).count(), 0, "there is one of this name");
  await field.fill("Sorties 2027");
  await page.getByRole("option", { name: "Créer « Sorties 2027 »" }).waitFor();
  await expectAccessible(page, "the offer of a new folder");
  await page.keyboard.press("Enter");
  await page.getByText("Déplacé vers « Sorties 2027 ».").waitFor();
  await row(page, "Beta").waitFor({ state: "detached" });
  await has("Sorties 2027", "Beta");
});

test("all of a folder is marked as read, and as it was again", async () => {
  const menu = page.getByRole("button", { name: "Affichage et sélection" });
  const unread = async () => (await jmap.mailbox("inbox")).unreadEmails;
  await menu.click();
  await page.getByRole("menuitem", { name: "Tout marquer comme lu" }).click();
  await page.locator(".row-unread").first().waitFor({ state: "detached" });
  await until(async () => (await unread()) === 0, "all of it read");
  await menu.click();
  assert.equal(await page.getByRole("menuitem", { name: "Tout marquer comme lu" }).count(), 0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Annuler" }).last().click();
  await until(async () => (await unread()) === 3, "all of it unread again");
  assert.equal(await page.locator(".row-unread").count(), 3);
});

test("a change that the server refuses is taken back, with the reason", async () => {
  const { id } = (await jmap.emails("inbox")).find(({ subject }) => subject === "Alpha");
  await page.route("**/jmap/api", async (route) => {
    if (!route.request().postData().includes("Email/set")) return route.continue();
    return route.fulfill({
      json: {
        sessionState: "s",
        methodResponses: [["Email/set", { notUpdated: { [id]: { type: "forbidden" } } }, "c0"]],
      },
    });
  });
  await quick("Alpha", "Archiver");
  await page.getByText("Vous n’avez pas le droit de faire cela ici.").waitFor();
  await row(page, "Alpha").waitFor();
  await page.unroute("**/jmap/api");
  await has("inbox", "Alpha", "Beta", "Gamma");
});
