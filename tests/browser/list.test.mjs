import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, png } from "./lib/messages.mjs";

let facteur;
let browser;
let page;
const many = 420;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  const jmap = await facteur.jmap(people.camille);
  const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+/, "");
  const old = Array.from({ length: many }, (_, index) => ({
    message: message({ subject: `Ancien ${index}`, from: `Auteur ${index} <a${index}@dehors.test>` }),
    receivedAt: at(60 * 24 * 40 + index),
    keywords: { $seen: true },
  }));
  for (let from = 0; from < old.length; from += 100) await jmap.import(old.slice(from, from + 100));
  await jmap.import([
    { message: message({ subject: "Conseil de classe", id: "conseil@x.test" }), receivedAt: at(30), keywords: { $seen: true } },
    {
      message: message({ subject: "Re: Conseil de classe", inReplyTo: "conseil@x.test", from: "Léa Bernard <lea.bernard@academie.test>" }),
      receivedAt: at(20),
    },
    {
      message: message({ subject: "Photo de groupe", parts: [{ type: "image/png", name: "groupe.png", content: png }] }),
      receivedAt: at(60 * 24),
      keywords: { $seen: true, $flagged: true },
    },
  ]);
  page = await browser.open(facteur.url);
  await signIn(page);
  await row(page, "Conseil de classe").waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

test("a thread is one row with its people, its count and its unread mark", async () => {
  const thread = row(page, "Conseil de classe");
  assert.equal(await thread.count(), 1);
  await until(async () => /2/.test(await thread.locator(".row-count").innerText()), "the count of the thread");
  const text = await thread.innerText();
  assert.match(text, /Paul, Léa/);
  assert.match(text, /Non lu/);
  assert.equal(await row(page, "Photo de groupe").getByText("Pièce jointe").count(), 1);
  assert.equal(await row(page, "Photo de groupe").getByText("Suivi").count(), 1);
});

test("rows stand under the headings of their days", async () => {
  const headings = await page.locator(".row-heading").allInnerTexts();
  assert.equal(headings[0], "Aujourd’hui");
  assert.ok(headings.length >= 2);
  await until(async () => /^\(1\) Réception/.test(await page.title()), "the count in the title");
});

test("only the rows in view exist, however long the list, and scrolling shows them all", async () => {
  const scroller = page.locator(".list-scroll");
  assert.ok((await page.locator(".row").count()) < 60);
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await row(page, `Ancien ${many - 1}`).waitFor();
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await until(
    async () => (await page.locator(".row-blank").count()) === 0 && (await page.locator(".row").count()) > 5,
    "rows in the middle",
  );
  assert.ok((await page.locator(".row").count()) < 60);
  await scroller.evaluate((element) => element.scrollTo(0, 0));
  await row(page, "Conseil de classe").waitFor();
});

test("rows are selected with ctrl, shift and x, and Escape lets go", async () => {
  await row(page, "Photo de groupe").locator(".row-link").click({ modifiers: ["Control"] });
  await page.getByText("1 sélectionné").waitFor();
  await row(page, "Ancien 2").first().locator(".row-link").click({ modifiers: ["Shift"] });
  await page.getByText("4 sélectionnés").waitFor();
  await page.keyboard.press("x");
  await page.getByText("3 sélectionnés").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
});

const ticked = (count) => page.getByText(count === 1 ? "1 sélectionné" : `${count} sélectionnés`, { exact: true }).waitFor();
const link = (text) => row(page, text).first().locator(".row-link");

test("a range is drawn out and back again; what was ticked besides stays", async () => {
  await link("Photo de groupe").click({ modifiers: ["Control"] });
  await link("Ancien 1").click({ modifiers: ["Control"] });
  await link("Ancien 5").click({ modifiers: ["Shift"] });
  await ticked(6);
  await link("Ancien 2").click({ modifiers: ["Shift"] });
  await ticked(3);
  await link("Ancien 0").click({ modifiers: ["Shift"] });
  await ticked(3);
  await until(async () => !(await row(page, "Ancien 2").first().getByRole("checkbox").isChecked()), "the row beyond the range let go");
  await page.keyboard.press("Escape");
});

test("arrows move, with Shift they tick from the cursor on, and shrink the range again", async () => {
  await link("Conseil de classe").focus();
  await page.keyboard.press("ArrowDown");
  await until(() => page.locator(".row-cursor", { hasText: "Photo de groupe" }).count(), "the cursor on the photo");
  for (let times = 0; times < 3; times += 1) await page.keyboard.press("Shift+ArrowDown");
  await ticked(4);
  await page.keyboard.press("Shift+ArrowUp");
  await ticked(3);
  await page.keyboard.press("Shift+J");
  await ticked(4);
  // A second range, beside the first: the cursor has gone elsewhere meanwhile.
  for (let times = 0; times < 3; times += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await ticked(6);
  await until(() => page.evaluate(() => document.activeElement?.closest(".row-cursor") !== null), "the focus on the cursor");
  await page.keyboard.press("Escape");
});

test("Home and End go to the ends of the list, with Shift they tick all between, loaded or not", async () => {
  await link("Conseil de classe").focus();
  await page.keyboard.press("End");
  await row(page, `Ancien ${many - 1}`).waitFor();
  await until(() => page.evaluate((last) => document.activeElement?.textContent.includes(last), `Ancien ${many - 1}`), "the focus on the last row");
  await page.keyboard.press("Home");
  await until(() => page.evaluate(() => document.activeElement?.textContent.includes("Conseil de classe")), "the focus on the first row");
  await page.keyboard.press("PageDown");
  await until(() => page.evaluate(() => /Ancien \d/.test(document.activeElement?.textContent)), "the focus a page further");
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await ticked(many + 2);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Home");
  await row(page, "Conseil de classe").waitFor();
});

test("Ctrl+A ticks the whole folder while the list has the keys, and no more than its text in a field", async () => {
  await link("Conseil de classe").focus();
  await page.keyboard.press("Control+a");
  await ticked(many + 2);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("abc");
  await page.keyboard.press("Control+a");
  assert.equal(await page.evaluate(() => getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), "abc");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await row(page, "Conseil de classe").waitFor();
  assert.equal(await page.locator(".row-ticked").count(), 0);
});

test("unread and flagged messages can be looked at alone", async () => {
  await page.getByRole("button", { name: "Affichage et sélection" }).click();
  await page.getByRole("menuitemradio", { name: "Suivis seulement" }).click();
  await until(async () => (await page.locator(".row").count()) === 1, "one flagged row");
  await page.getByRole("button", { name: "Affichage et sélection" }).click();
  await page.getByRole("menuitemradio", { name: "Tout afficher" }).click();
  await row(page, "Conseil de classe").waitFor();
  assert.deepEqual(page.problems, []);
});
