import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message } from "./lib/messages.mjs";

let facteur;
let browser;
let page;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  page = await browser.open(facteur.url);
  await signIn(page);
  await page.getByText("Rien dans « Réception ».").waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

test("mail that comes in by SMTP appears without a reload, is counted and said", async () => {
  await facteur.deliver(message({ subject: "Tout frais" }));
  await row(page, "Tout frais").waitFor();
  await until(async () => /^\(1\) /.test(await page.title()), "the count in the title");
  await page.getByRole("link", { name: /Réception\s*1/ }).waitFor();
  await until(async () => /Tout frais/.test(await page.locator(".announcer").innerText()), "what screen readers hear");
});

test("what another browser does is seen here", async () => {
  const other = await browser.open(facteur.url);
  await signIn(other);
  await row(other, "Tout frais").hover();
  await row(other, "Tout frais").getByRole("button", { name: "Suivre" }).click();
  await row(page, "Tout frais").getByText("Suivi").waitFor();
  await row(other, "Tout frais").getByRole("button", { name: "Archiver" }).click();
  await row(page, "Tout frais").waitFor({ state: "detached" });
  await other.context().close();
});

test("a lost line is told quietly, and what came meanwhile is there when it is back", async () => {
  await facteur.halt();
  await page.getByRole("link", { name: "Archives" }).click();
  await page.getByText("Connexion perdue.").waitFor();
  await facteur.start();
  await facteur.deliver(message({ subject: "Pendant la panne" }));
  await page.getByText("Connexion perdue.").waitFor({ state: "detached" });
  await page.getByRole("link", { name: /Réception/ }).click();
  await row(page, "Pendant la panne").waitFor();
  assert.deepEqual(
    page.problems.filter((problem) => !/Failed to load resource|net::ERR/.test(problem)),
    [],
  );
});
