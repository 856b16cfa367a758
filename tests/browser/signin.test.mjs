import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { password, people, startFacteur } from "./lib/facteur.mjs";
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

test("a wrong password is told discreetly, and the right one lets in", async () => {
  const page = await browser.open(facteur.url);
  await expectAccessible(page, "the sign-in page");
  await page.getByLabel("Adresse ou identifiant").fill(people.camille.address);
  await page.getByLabel("Mot de passe").fill("faux");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByText("Identifiant ou mot de passe incorrect.").waitFor();
  assert.equal(await page.getByLabel("Mot de passe").inputValue(), "");
  await expectAccessible(page, "a sign-in that failed");
  await page.getByLabel("Mot de passe").fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
  assert.deepEqual(page.problems, []);
});

/** Adds up what moves on the page. */
function watchShifts() {
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}

test("the desk is laid out behind the sign-in, out of reach, and moves nothing when it is shown", async () => {
  const page = await browser.open(facteur.url, { init: watchShifts });
  await page.locator(".shell-behind").waitFor({ state: "attached" });
  await expectAccessible(page, "the sign-in page with the desk behind");
  assert.equal(await page.getByRole("button", { name: "Écrire" }).count(), 0);
  assert.match(await page.title(), /^Messagerie/);
  const reached = new Set();
  for (let key = 0; key < 12; key += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => (document.activeElement.closest(".shell") ? "desk" : "sign-in")));
  }
  assert.deepEqual([...reached], ["sign-in"]);
  await signIn(page);
  await page.getByRole("button", { name: "Écrire" }).waitFor();
  assert.equal(await page.locator(".sign-in, .shell-behind, [inert]").count(), 0);
  assert.ok((await page.evaluate(() => globalThis.shifted)) < 0.01);
  assert.deepEqual(page.problems, []);
});

test("the page speaks French first, English when asked, and remembers", async () => {
  const page = await browser.open(facteur.url, { locale: "de-DE" });
  await page.getByRole("button", { name: "Se connecter" }).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await until(() => page.evaluate(() => document.documentElement.lang === "en"), "the page's language");
  await page.reload();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});

test("a session that has ended asks for the password in place and goes on", async () => {
  const jmap = await facteur.jmap(people.camille);
  await jmap.import([{ message: message({ subject: "Après la pause" }) }]);
  const page = await browser.open(facteur.url);
  await signIn(page);
  await row(page, "Après la pause").waitFor();
  await page.context().clearCookies();
  // A pointer that rests on a row makes the page fetch ahead: nobody asked for that, so nobody is asked for a password.
  const refused = page.waitForResponse((response) => response.status() === 401);
  await row(page, "Après la pause").hover();
  await refused;
  await row(page, "Après la pause").getByRole("button", { name: "Archiver" }).click();
  const dialog = page.getByRole("dialog", { name: "Votre session a pris fin" });
  await dialog.waitFor();
  // The next who sits here may be another.
  assert.equal(await page.evaluate(() => localStorage.getItem("facteur.begin")), null);
  await dialog.getByLabel("Mot de passe").fill(password);
  await dialog.getByRole("button", { name: "Se connecter" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Archives" }).click();
  await row(page, "Après la pause").waitFor();
});

test("sessions are listed and can be closed; signing out leaves nothing", async () => {
  const other = await browser.open(facteur.url);
  await signIn(other);
  const page = await browser.open(facteur.url);
  await signIn(page);
  await page.getByRole("link", { name: "Réglages" }).click();
  const sessions = page.locator(".sessions li");
  await sessions.nth(1).waitFor();
  const count = await sessions.count();
  await page.getByRole("button", { name: /Fermer la session/ }).first().click();
  await page.getByText("Session fermée.").waitFor();
  await until(async () => (await sessions.count()) === count - 1, "one session less");
  await page.getByRole("button", { name: new RegExp(`^Compte ${people.camille.address}`) }).click();
  await page.getByRole("menuitem", { name: "Se déconnecter" }).click();
  await page.getByRole("button", { name: "Se connecter" }).waitFor();
  await page.goBack().catch(() => undefined);
  await page.getByRole("button", { name: "Se connecter" }).waitFor();
});

test("over plain HTTP from elsewhere the page says why no password is taken", async () => {
  // As behind a proxy that does not encrypt.
  const page = await browser.open(facteur.url, { extraHTTPHeaders: { "X-Forwarded-For": "203.0.113.7" } });
  await page.getByLabel("Adresse ou identifiant").fill(people.camille.address);
  await page.getByLabel("Mot de passe").fill(password);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByText(/pas protégée.*https:/).waitFor();
  await expectAccessible(page, "a sign-in that is refused over plain HTTP");
});

test("a page that is not loopback's and not encrypted says so before a password is typed", async () => {
  const { port } = new URL(facteur.url);
  const page = await browser.open(facteur.url);
  // Chromium keeps pages of other names from asking loopback: the question is answered here.
  await page.route("**/jmap/session", (route) => route.fulfill({ status: 401, body: "{}" }));
  await page.goto(`http://messagerie.test:${port}`);
  await page.getByText(/pas protégée.*https:/).waitFor();
  await page.context().close();
});
