// A folder of which the page never has more than what is looked at.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { expectAccessible, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message } from "./lib/messages.mjs";

const many = 2000;

let facteur;
let browser;
let page;
before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  const file = `${facteur.folder}/many.mbox`;
  const letters = Array.from({ length: many }, (_, at) => {
    const date = new Date(Date.UTC(2025, 0, 1) + at * 7_200_000);
    return `From a@b.test ${date.toUTCString()}\n${message({ subject: `Lettre ${at + 1}.`, date, headers: { Status: "RO" } })}\n`;
  });
  writeFileSync(file, letters.join(""));
  facteur.run("import", "--account", people.camille.address, file);
  page = await browser.open(facteur.url);
  await signIn(page);
  await page.locator(".row").first().waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const scroller = () => page.locator(".list-scroll");
const scrollTo = (share) =>
  scroller().evaluate((element, part) => {
    element.scrollTop = part * (element.scrollHeight - element.clientHeight);
  }, share);
const isWhole = () =>
  page.evaluate(() => {
    const view = document.querySelector(".list-scroll").getBoundingClientRect();
    const seen = [...document.querySelectorAll(".row-place")].filter((place) => {
      const box = place.getBoundingClientRect();
      return box.bottom > view.top && box.top < view.bottom;
    });
    return seen.length > 3 && seen.every((place) => !place.querySelector(".row-blank"));
  });
const inFolder = async (jmap, role) => (await jmap.mailbox(role)).totalEmails;

test("wherever the scrollbar is put, the rows come; few of them exist", async () => {
  for (const share of [0.5, 0.9, 0.25, 1]) {
    await scrollTo(share);
    await until(isWhole, `rows at ${share}`);
  }
  await page.locator(".row", { hasText: "Lettre 1." }).waitFor();
  assert.ok((await page.locator(".row-place").count()) < 100);
  await scrollTo(0);
  await page.locator(".row", { hasText: `Lettre ${many}.` }).waitFor();
});

test("rows that arrive late move nothing that is in view", async () => {
  await scrollTo(0.6);
  const places = () =>
    page.evaluate(() =>
      Object.fromEntries([...document.querySelectorAll(".row-place")].map((place) => [place.getAttribute("aria-posinset"), place.style.top])),
    );
  await until(isWhole, "rows at 0.6");
  const first = await places();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const next = await places();
  for (const at of Object.keys(first)) if (next[at] !== undefined) assert.equal(next[at], first[at], `row ${at}`);
});

test("a step of scrolling draws the rows that it brings, and touches no other", async () => {
  await scrollTo(0.3);
  await until(isWhole, "rows at 0.3");
  // All that the steps come past is here before they are taken: what comes later is drawn anew.
  const isHere = async () => (await isWhole()) && (await page.locator(".row-blank").count()) === 0;
  for (const by of [1500, -1500]) {
    await scroller().evaluate((element, way) => element.scrollBy(0, way), by);
    await until(isHere, `rows ${by} px further`);
  }
  const drawn = await page.evaluate(async () => {
    const list = document.querySelector(".list-scroll");
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const steps = [];
    // The first step turns from whichever way one came.
    for (let step = 0; step < 8; step += 1) {
      const before = new Set(document.querySelectorAll(".row-place"));
      const touched = new Set();
      const watch = new MutationObserver((changes) => {
        for (const { target } of changes) touched.add((target.nodeType === 1 ? target : target.parentElement)?.closest(".row-place"));
      });
      watch.observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
      list.scrollTop += 120;
      await frame();
      await frame();
      watch.disconnect();
      steps.push({ brought: [...document.querySelectorAll(".row-place")].filter((place) => !before.has(place)).length, touched: [...touched].filter((place) => before.has(place)).length });
    }
    return steps.slice(1);
  });
  for (const { brought, touched } of drawn) {
    assert.ok(brought <= 3, `${brought} rows drawn for a step of 120 px`);
    // The row that Tab leads to moves along when scrolling has come to rest.
    assert.ok(touched <= 2, `${touched} of the other rows changed`);
  }
  const nodes = await page.locator(".row").first().evaluate((row) => row.querySelectorAll("*").length);
  assert.ok(nodes < 25, `${nodes} elements in a row`);
});

test("a page that was here before asks for its first rows at once, and shows them with what that answers", async () => {
  const asked = [];
  const listen = (request) => {
    const { pathname } = new URL(request.url());
    if (/^\/(jmap|auth)/.test(pathname) && !pathname.includes("event")) asked.push(request.postDataJSON()?.methodCalls ?? pathname);
  };
  page.on("request", listen);
  await page.reload();
  await page.locator(".row").first().waitFor();
  page.off("request", listen);
  const firstRows = (calls) => Array.isArray(calls) && calls.some(([name, { position }]) => name === "Email/query" && position === 0);
  assert.equal(asked.filter(firstRows).length, 1, "the first rows are asked for once");
  assert.ok(asked.findIndex(firstRows) <= 1, "nothing but the session is asked for before");
  const names = asked.find(firstRows).map(([name]) => name);
  assert.deepEqual(["Mailbox/get", "Thread/get"].filter((name) => !names.includes(name)), [], "folders, rows and their threads come in one exchange");
});

test("a message that the pointer has rested on is on the screen in the frame that follows the press", async () => {
  const second = page.locator(".row .row-link").nth(1);
  const fetched = page.waitForResponse((response) => response.request().postData()?.includes("bodyValues") ?? false);
  await second.hover();
  await fetched;
  const hasCode = () => page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/sanitise")));
  await until(hasCode, "the code that shows letters");
  await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestIdleCallback(resolve, { timeout: 2000 }), 300)));
  const waited = await second.evaluate(async (link) => {
    link.click();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return document.querySelector(".message-open .message-body")?.textContent.length ?? 0;
  });
  assert.ok(waited > 0, "the text is there");
  await page.keyboard.press("u");
});

test("all of a folder is ticked beyond what is loaded, moved at once, and brought back", async () => {
  const jmap = await facteur.jmap(people.camille);
  await scrollTo(0);
  await page.getByRole("button", { name: "Affichage et sélection" }).click();
  await page.getByRole("menuitem", { name: "Tout sélectionner" }).click();
  await expectAccessible(page, "the offer to tick all");
  await page.getByRole("button", { name: /^Sélectionner les/ }).click();
  await page.getByText(/2.000 sélectionnés/).waitFor();
  await page.getByRole("button", { name: "Archiver" }).first().click();
  await page.getByRole("button", { name: "Annuler" }).hover();
  await page.getByText("Réception » est vide").or(page.locator(".list-empty")).first().waitFor();
  await until(async () => (await inFolder(jmap, "archive")) === many, "all of it in the archive");
  await page.getByRole("button", { name: "Annuler" }).click();
  await until(async () => (await inFolder(jmap, "inbox")) === many, "all of it back");
  await page.locator(".row", { hasText: `Lettre ${many}.` }).waitFor();
  assert.deepEqual(page.problems, []);
});
