import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, row, signIn, startBrowser, until } from "./lib/browser.mjs";
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
  const at = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString().replace(/\.\d+/, "");
  await jmap.import(["Un", "Deux", "Trois", "Quatre"].map((subject, index) => ({ message: message({ subject }), receivedAt: at(index) })));
  page = await browser.open(facteur.url);
  await signIn(page);
  await row(page, "Quatre").waitFor();
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
const onRow = (subject) => until(async () => (await focused()).includes(subject), `the focus on ${subject}`);

test("j and k walk, o opens, u comes back, x ticks", async () => {
  await page.keyboard.press("j");
  await onRow("Un");
  await page.keyboard.press("j");
  await onRow("Deux");
  await page.keyboard.press("k");
  await onRow("Un");
  await page.keyboard.press("o");
  await page.getByRole("heading", { name: "Un", level: 2 }).waitFor();
  await page.keyboard.press("j");
  await page.getByRole("heading", { name: "Deux", level: 2 }).waitFor();
  // It is read a frame after it is seen: else it would still be unread below, where m is to make it so.
  await page.locator(".row-unread", { hasText: "Deux" }).waitFor({ state: "detached" });
  await page.keyboard.press("u");
  await page.getByText("Choisissez un message").waitFor();
  await page.keyboard.press("x");
  await page.getByText("1 sélectionné").waitFor();
  await page.keyboard.press("Escape");
});

test("s flags, m marks, e archives, z takes back, # deletes", async () => {
  await page.locator(".row-cursor .row-link").focus();
  await page.keyboard.press("s");
  await row(page, "Deux").getByText("Suivi").waitFor();
  await page.keyboard.press("m");
  await page.locator(".row-unread", { hasText: "Deux" }).waitFor();
  await page.keyboard.press("e");
  await row(page, "Deux").waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await row(page, "Deux").waitFor();
  await page.keyboard.press("j");
  await page.locator(".row-cursor").waitFor();
  const subject = await page.locator(".row-cursor .row-subject").innerText();
  await page.keyboard.press("#");
  await row(page, subject).waitFor({ state: "detached" });
  await until(async () => (await jmap.emails("trash")).some((email) => email.subject === subject), "the message in the bin");
});

/** Types as fast as a browser can hear it, with no frame between the keys. */
const typeAtOnce = (...keys) =>
  page.evaluate((all) => {
    const channel = new MessageChannel();
    return new Promise((resolve) => {
      channel.port1.onmessage = () => {
        const key = all.shift();
        if (key === undefined) return resolve();
        const field = document.activeElement;
        const ours = field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        if (ours && key.length === 1 && field.matches("input")) document.execCommand("insertText", false, key);
        channel.port2.postMessage(null);
      };
      channel.port2.postMessage(null);
    });
  }, keys);
const searchField = () => page.getByRole("combobox", { name: "Rechercher" });
const recipients = () => page.getByLabel("À", { exact: true });
const frames = (count) =>
  page.evaluate(async (left) => {
    for (let at = 0; at < left; at += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  }, count);

test("what is typed after / is searched for, however quickly, and is never a command", async () => {
  const inbox = async () => (await jmap.emails("inbox")).length;
  const before = await inbox();
  for (const way of [["g", "a", "g", "i", "/"], ["g", "i", "j", "/"], ["g", "a", "g", "i", "k", "/"]]) {
    await typeAtOnce(...way, "e", "e");
    await frames(3);
    await typeAtOnce("#", "e");
    await until(async () => (await searchField().inputValue()) === "ee#e", `the words in the field after ${way}`);
    await searchField().press("Escape");
    await searchField().press("Escape");
    await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
    await page.locator(".row .row-link").first().focus();
  }
  assert.equal(await inbox(), before);
});

test("what is typed after c goes into the composer, though its code is still to come", async () => {
  await page.reload();
  await page.locator(".row").first().waitFor();
  const before = (await jmap.emails("inbox")).length;
  await page.locator(".row .row-link").first().focus();
  await typeAtOnce("c", "l", "e", "x", "Backspace", "#");
  await until(async () => (await recipients().count()) > 0 && (await recipients().inputValue()) === "le#", "the letters in the field");
  assert.equal((await jmap.emails("inbox")).length, before);
  await recipients().fill("");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("Escape takes a composer back that is still to come", async () => {
  await page.reload();
  await page.locator(".row").first().waitFor();
  await page.locator(".row .row-link").first().focus();
  await typeAtOnce("c", "l", "Escape", "c", "e", "Escape", "c", "x");
  await until(async () => (await recipients().count()) > 0 && (await recipients().first().inputValue()) === "x", "the last composer");
  await page.keyboard.press("Backspace");
  // Where the code is there, a composer is drawn at once and goes again.
  await typeAtOnce("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.locator(".row .row-link").first().focus();
  await typeAtOnce("c", "Escape");
  await frames(5);
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("g and a letter go to folders, / to the search, c writes, ? shows it all", async () => {
  for (const [key, name] of [["s", "Envoyés"], ["t", "Corbeille"], ["a", "Archives"], ["d", "Brouillons"], ["i", "Réception"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.getByRole("heading", { name, level: 1 }).waitFor();
  }
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Rechercher dans le courrier");
  await page.keyboard.type("jke");
  assert.equal(await page.getByRole("combobox", { name: "Rechercher" }).inputValue(), "jke");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
  await page.locator(".row-cursor .row-link, .row .row-link").first().focus();
  await page.keyboard.press("c");
  await page.getByRole("dialog", { name: "Écrire" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Raccourcis clavier" });
  await sheet.getByText("Message suivant").waitFor();
  await expectAccessible(page, "the sheet of shortcuts");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
});

test("keys can be turned off, for those whose tools need them", async () => {
  await page.getByRole("link", { name: "Réglages" }).click();
  await page.getByLabel("Raccourcis clavier").uncheck();
  await page.getByRole("link", { name: /Courrier/ }).click();
  await page.locator(".row").first().waitFor();
  await page.keyboard.press("c");
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.getByRole("link", { name: "Réglages" }).click();
  await page.getByLabel("Raccourcis clavier").check();
});

test("everything is within reach of Tab, in the order of the page, with the focus in sight", async () => {
  await page.goto(facteur.url);
  await page.locator(".row").first().waitFor();
  const seen = [];
  for (let stops = 0; stops < 40; stops += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      return { name: element.className || element.tagName, shown: box.width > 0 && box.height > 0, marked: style.outlineStyle !== "none" || style.boxShadow !== "none" };
    });
    if (stop.name === "BODY") break;
    seen.push(stop);
  }
  const classes = seen.map(({ name }) => name.split(" ")[0]);
  for (const wanted of ["skip-link", "button", "rail-place", "folder", "splitter", "row-link"]) assert.ok(classes.includes(wanted), `${wanted} in ${classes}`);
  assert.ok(classes.indexOf("folder") < classes.indexOf("row-link"));
  assert.deepEqual(seen.filter(({ shown }) => !shown), []);
  assert.deepEqual(page.problems, []);
});

test("a menu is walked with the arrows, and Escape gives the focus back", async () => {
  const button = page.getByRole("button", { name: /^Compte / });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Réglages" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.getByRole("menuitem", { name: /Thème/ }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await button.and(page.locator(":focus")).waitFor();
});
