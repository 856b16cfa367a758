// A person's work in Roundcube; what came of it is looked at by JMAP. Run by roundcube_test.py, which starts the servers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, until } from "../browser/lib/browser.mjs";
import { Jmap } from "../browser/lib/jmap.mjs";
import { message, pdf } from "../browser/lib/messages.mjs";
import { deliver } from "../browser/lib/smtp.mjs";

const { ports, accounts, url } = JSON.parse(process.env.FACTEUR_GIVEN);
const [anne, bruno] = Object.keys(accounts);

let browser;
let page;
const doors = {};

before(async () => {
  for (const person of [anne, bruno]) doors[person] = await Jmap.connect(`http://127.0.0.1:${ports.http}`, person, accounts[person]);
  const at = (minutes) => new Date(Date.now() - minutes * 60_000);
  const letters = [
    {
      subject: "Réunion de rentrée",
      id: "a1",
      text: "L'ordre du jour est joint.",
      parts: [{ type: "application/pdf", name: "programme été.pdf", content: pdf }],
    },
    { subject: "Sortie au musée", id: "b1", html: "<p>Le car part à <b>huit heures</b>.</p>", from: "Zoé Petit <zoe@dehors.test>" },
    { subject: "Re: Réunion de rentrée", id: "a2", inReplyTo: "a1", text: "J'y serai." },
    { subject: "Conseil de classe", id: "c1", text: "Jeudi, salle B12." },
    { subject: "Re: Réunion de rentrée", id: "a3", inReplyTo: "a2", text: "Moi aussi, avec les œuvres." },
  ];
  await doors[anne].import(
    letters.map((letter, n) => {
      const date = at(60 - 10 * n);
      return {
        message: message({ to: anne, ...letter, id: `${letter.id}@x`, inReplyTo: letter.inReplyTo && `${letter.inReplyTo}@x`, date }),
        receivedAt: date.toISOString().replace(/\.\d+/, ""),
      };
    }),
  );
  browser = await startBrowser();
  page = await browser.open(url, { reducedMotion: "reduce" });
});
after(() => browser?.close());

const rows = () => page.locator("#messagelist tbody tr:visible");
const row = (subject) => rows().filter({ has: page.locator("span.subject", { hasText: subject }) });
const subjects = () => page.locator("#messagelist tbody tr:visible span.subject a").allInnerTexts();
/** Until Roundcube takes commands again, and the frames that it sends forms to have read what came of the last one. */
const isQuiet = () =>
  globalThis.rcmail &&
  !globalThis.rcmail.busy &&
  [...document.querySelectorAll("iframe")].every((frame) => frame.contentDocument?.readyState === "complete");
const quiet = () => page.waitForFunction(isQuiet);
/** Looked at and given in one go: what comes while it is busy is dropped. */
const command = (...args) =>
  page.waitForFunction(`(${isQuiet})() && (rcmail.command(...${JSON.stringify(args)}), true)`);
const go = (query) => page.goto(`${url}?${query}`, { waitUntil: "domcontentloaded" });
/** Opens a letter beside the list, and waits until this part of its text is there. */
const open = async (subject, text) => {
  await row(subject).click();
  await page.frameLocator("#messagecontframe").getByText(text).waitFor();
};
const inbox = () => doors[anne].emails("inbox");
const letter = async (subject) => (await inbox()).find((email) => email.subject === subject);

test("sign in: the newest first, folders by their use", async () => {
  await page.locator("#rcmloginuser").fill(anne);
  await page.locator("#rcmloginpwd").fill(accounts[anne]);
  await page.locator("#rcmloginsubmit").click();
  await rows().nth(4).waitFor();
  assert.deepEqual(await subjects(), [
    "Re: Réunion de rentrée",
    "Conseil de classe",
    "Re: Réunion de rentrée",
    "Sortie au musée",
    "Réunion de rentrée",
  ]);
  for (const kind of ["inbox", "drafts", "sent", "junk", "trash"]) await page.locator(`#mailboxlist li.${kind}`).waitFor();
  assert.equal(await page.locator("#mailboxlist li.inbox .unreadcount").innerText(), "5");
});

test("a letter is read, and its attachment saved as it is", async () => {
  await open(/^Réunion/, "L'ordre du jour est joint.");
  const link = await page
    .frameLocator("#messagecontframe")
    .locator("#attachment-list a.filename", { hasText: "programme été.pdf" })
    .getAttribute("href");
  const saved = await page.request.get(new URL(`${link}&_download=1`, url).href);
  assert.deepEqual(await saved.body(), pdf);
  await until(async () => (await letter("Réunion de rentrée")).keywords.$seen, "seen");
  await open("Sortie", "huit heures");
});

test("search by subject, and in the whole text", async () => {
  const search = async (text, ...fields) => {
    await page.evaluate(
      (given) => {
        globalThis.rcmail.env.search_mods = { "*": given, INBOX: given };
      },
      Object.fromEntries(fields.map((field) => [field, 1])),
    );
    await page.locator("#mailsearchform").fill(text);
    await page.locator("#mailsearchform").press("Enter");
  };
  await search("musée", "subject");
  await until(async () => (await rows().count()) === 1, "one is found");
  assert.deepEqual(await subjects(), ["Sortie au musée"]);
  await search("salle b1", "text");
  await until(async () => (await subjects()).join() === "Conseil de classe", "found in the text");
  await search("œuvre", "body");
  await until(async () => (await subjects()).join() === "Re: Réunion de rentrée", "found in the body");
  await command("reset-search");
  await until(async () => (await rows().count()) === 5, "all again");
});

test("sorted by subject, and by thread", async () => {
  await page.evaluate(() => globalThis.rcmail.set_list_options([], "subject", "ASC", 0));
  await until(async () => (await subjects())[0] === "Conseil de classe" && (await subjects())[4] === "Sortie au musée", "by subject");
  await page.evaluate(() => globalThis.rcmail.set_list_options([], "from", "DESC", 0));
  await until(async () => (await subjects())[0] === "Sortie au musée", "by sender");
  await page.evaluate(() => globalThis.rcmail.set_list_options([], "date", "DESC", 1));
  await until(async () => (await rows().count()) === 3, "three threads");
  await command("expand-all");
  await until(async () => (await rows().count()) === 5, "opened");
  assert.equal((await subjects())[0], "Réunion de rentrée");
  await page.evaluate(() => globalThis.rcmail.set_list_options([], "", "", 0));
  await until(async () => (await subjects())[0] === "Re: Réunion de rentrée", "a list again");
});

test("marks go both ways", async () => {
  await open("Conseil", "salle B12");
  await command("mark", "flagged");
  await until(async () => (await letter("Conseil de classe")).keywords.$flagged, "flagged");
  const { id } = await letter("Sortie au musée");
  await doors[anne].call("Email/set", { update: { [id]: { "keywords/$seen": null, "keywords/$flagged": true } } });
  await command("checkmail");
  await page.locator("#messagelist tr.unread.flagged", { hasText: "Sortie" }).waitFor();
});

test("folders are made, filled, renamed and removed", async () => {
  await go("_task=settings&_action=folders");
  const form = page.frameLocator("#preferences-frame");
  const create = async (name, parent) => {
    await command("create-folder");
    await form.locator("input[name=_name]").fill(name);
    if (parent) await form.locator("select[name=_parent]").selectOption(parent);
    await form.locator("body").evaluate(() => globalThis.rcmail.command("save"));
    await page.locator("#subscription-table li", { hasText: name }).first().waitFor();
  };
  await create("Projets d'été");
  await create("Élèves & parents", "Projets d'&AOk-t&AOk-");
  const made = await until(() => doors[anne].mailbox("Élèves & parents"), "made");
  assert.equal(made.parentId, (await doors[anne].mailbox("Projets d'été")).id);

  await go("_task=mail");
  await open("Conseil", "salle B12");
  await command("move", "Projets d'&AOk-t&AOk-/&AMk-l&AOg-ves &- parents");
  await until(async () => !(await letter("Conseil de classe")), "moved");
  const [moved] = await doors[anne].emails("Élèves & parents");
  assert.deepEqual([moved.subject, moved.keywords.$flagged], ["Conseil de classe", true]);
  await row("Conseil").waitFor({ state: "detached" });
  await open("Sortie", "huit heures");
  await command("copy", "Projets d'&AOk-t&AOk-");
  await until(async () => (await doors[anne].emails("Projets d'été")).length === 1, "copied");
  assert.equal(Object.keys((await letter("Sortie au musée")).mailboxIds).length, 2);
  await command("delete");
  await until(async () => (await doors[anne].emails("trash")).length === 1, "in the trash");
});

test("a letter that arrives is shown, one that JMAP takes away goes", async () => {
  await quiet(); // what the removal before still asks for would have the letter, and show nothing of it
  await deliver(ports.smtp, "paul@dehors.test", anne, message({ subject: "Toute fraîche", to: anne }));
  await command("checkmail");
  await row("Toute fraîche").waitFor();
  await doors[anne].call("Email/set", { destroy: [(await letter("Toute fraîche")).id] });
  await command("checkmail");
  await row("Toute fraîche").waitFor({ state: "detached" });
});

test("a letter with an attachment is written, kept as a draft and sent", async () => {
  await go("_task=mail&_action=compose");
  await page.locator("#compose_to .recipient-input input").fill(bruno);
  await page.locator("#compose-subject").fill("Compte rendu, à lire d'abord");
  await page.locator("#composebody").fill("Bonjour Bruno,\n\nvoici l'œuvre.\n.\n.. et la suite\n");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.locator("#compose-attachments button.attach").click()]);
  await chooser.setFiles({ name: "résumé.pdf", mimeType: "application/pdf", buffer: pdf });
  await page.locator("#attachment-list li", { hasText: "résumé.pdf" }).locator("a.delete").waitFor();
  await command("savedraft");
  await until(async () => (await doors[anne].emails("drafts")).length === 1, "a draft");
  await command("send", {});
  await until(async () => (await doors[bruno].emails("inbox")).length === 1, "arrived");
  const [arrived] = await doors[bruno].emails("inbox", ["subject", "from", "to", "bodyValues", "textBody", "attachments"]);
  assert.deepEqual([arrived.subject, arrived.from[0].email, arrived.to[0].email], ["Compte rendu, à lire d'abord", anne, bruno]);
  assert.match(
    arrived.bodyValues[arrived.textBody[0].partId].value,
    /^Bonjour Bruno,\r?\n\r?\nvoici l'œuvre\.\r?\n\.\r?\n\.\. et la suite/,
  );
  assert.deepEqual(
    arrived.attachments.map(({ name, type, size }) => [name, type, size]),
    [["résumé.pdf", "application/pdf", pdf.length]],
  );
  await until(async () => (await doors[anne].emails("drafts")).length === 0, "the draft is gone");
  const [sent] = await doors[anne].emails("sent");
  assert.ok(sent.subject === arrived.subject && sent.keywords.$seen, JSON.stringify(sent));
});

test("sign out", async () => {
  await go("_task=mail");
  await rows().first().waitFor();
  await quiet();
  await page.locator("#taskmenu a.logout").click();
  await page.locator("#rcmloginuser").waitFor();
  assert.deepEqual(page.problems, []);
});
