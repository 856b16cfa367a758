// The browser's back: layers close, pages are left one at a time, whatever happens in the same instant.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { layersAreGone, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message } from "./lib/messages.mjs";

let facteur;
let browser;
let page;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  const jmap = await facteur.jmap(people.camille);
  await jmap.import([
    { message: message({ subject: "Déjà lu" }), keywords: { $seen: true } },
    { message: message({ subject: "Pas encore lu" }) },
    { message: message({ subject: "Brouillon d'ailleurs" }), keywords: { $draft: true } },
  ]);
  page = await browser.open(facteur.url, { width: 390, height: 844, hasTouch: true, isMobile: true });
  await signIn(page);
  await row(page, "Déjà lu").waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const isAt = (path) => until(() => page.evaluate((wanted) => location.pathname === wanted, path), `the page at ${path}`);
const length = () => page.evaluate(() => history.length);
const settled = () => layersAreGone(page);

test("a folder that is chosen in the drawer is one step from where one was", async () => {
  const before = await length();
  await page.getByRole("button", { name: "Dossiers" }).click();
  await page.getByRole("link", { name: "Archives" }).click();
  await page.getByRole("heading", { name: "Archives", level: 1 }).waitFor();
  await settled();
  await isAt("/mail/archive");
  assert.equal(await length(), before + 1);
  await page.goBack();
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
});

test("back closes the drawer, and only it", async () => {
  await page.getByRole("button", { name: "Dossiers" }).click();
  await page.locator(".drawer").waitFor();
  await page.goBack();
  await page.locator(".drawer").waitFor({ state: "detached" });
  await isAt("/");
});

test("a layer that closes as a page is gone to leaves nothing behind", async () => {
  // Both in one instant: the layer's own way back is under way when the page's entry is written.
  const before = await length();
  await page.getByRole("button", { name: "Dossiers" }).click();
  await page.locator(".drawer").waitFor();
  await page.evaluate(() => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    setTimeout(() => document.querySelector('.bottom-place[aria-current="page"] ~ .bottom-place:nth-of-type(3)').click(), 1);
  });
  await page.getByRole("heading", { name: "Réglages", level: 1 }).waitFor();
  await settled();
  await isAt("/settings/general");
  assert.ok((await length()) <= before + 1);
  await page.goBack();
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
  await page.locator(".drawer").waitFor({ state: "detached" });
});

test("unread only: what is read and what is being written are left out", async () => {
  await page.getByRole("button", { name: "Affichage et sélection" }).click();
  await page.getByRole("menuitemradio", { name: "Non lus seulement" }).click();
  await row(page, "Déjà lu").waitFor({ state: "detached" });
  await row(page, "Pas encore lu").waitFor();
  await until(async () => (await page.locator(".row").count()) === 1, "one row");
  await page.goto(`${facteur.url}/search?q=est:nonlu`);
  await row(page, "Pas encore lu").waitFor();
  await until(async () => (await page.locator(".row").count()) === 1, "one row");
  assert.deepEqual(page.problems, []);
});
