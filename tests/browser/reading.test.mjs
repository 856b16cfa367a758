import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { expectAccessible, letter, openRow, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, png } from "./lib/messages.mjs";

let facteur;
let browser;
let page;
let tracker;
const tracked = [];

const hostile = (port) => `<html><head><base href="https://evil.test/"><meta http-equiv="refresh" content="0;url=https://evil.test">
<style>@import url(http://127.0.0.1:${port}/style.css); p { background: url(http://127.0.0.1:${port}/css.png) }</style></head>
<body onload="parent.hacked=1"><script>parent.hacked = 2</script>
<img src="x" onerror="parent.hacked=3"><svg onload="parent.hacked=4"><script>parent.hacked=5</script></svg>
<a id="go" href="javascript:parent.hacked=6">piège</a><a href="https://ailleurs.test/page">lien</a>
<iframe src="javascript:parent.hacked=7"></iframe><object data="data:text/html,<script>parent.hacked=8</script>"></object>
<form action="https://evil.test"><input name="password"><button>Envoyer</button></form>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=parent.hacked=9&gt;"></table></mtext></math>
<div style="position:fixed;inset:0;background:url(http://127.0.0.1:${port}/inline.png)">par-dessus</div>
<img src="http://127.0.0.1:${port}/pixel.png" alt="pixel"><img src="cid:logo@x" alt="logo">
<p>Texte visible</p></body></html>`;

before(async () => {
  tracker = createServer((request, response) => {
    tracked.push(request.url);
    response.end();
  });
  await new Promise((resolve) => tracker.listen(0, "127.0.0.1", resolve));
  facteur = await startFacteur();
  browser = await startBrowser();
  const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+/, "");
  const jmap = await facteur.jmap(people.camille);
  await jmap.import([
    {
      message: message({
        subject: "Lettre hostile",
        html: hostile(tracker.address().port),
        parts: [{ type: "image/png", name: "logo.png", content: png, cid: "logo@x" }],
      }),
    },
    {
      message: message({
        subject: "Texte simple",
        text: "Voir https://ac.test/plan. Merci.\n\n> ancien texte\n> suite\n",
        from: '"rectorat@academie.test" <escroc@dehors.test>',
      }),
    },
    ...["Une", "Deux"].map((name) => ({
      message: message({ subject: `Page ${name}`, html: `<p>Texte ${name}</p>${"<p>ligne</p>".repeat(60)}<img src="https://dehors.test/x.png">` }),
    })),
    { message: message({ subject: "Voyage", id: "voyage@x.test", text: "Premier message" }), keywords: { $seen: true }, receivedAt: at(60) },
    {
      message: message({
        subject: "Re: Voyage",
        inReplyTo: "voyage@x.test",
        from: "Léa Bernard <lea.bernard@academie.test>",
        html: `<p>Réponse</p><div class="gmail_quote">Le 3 mai :<blockquote>Premier message cité</blockquote></div>`,
      }),
      receivedAt: at(30),
    },
  ]);
  page = await browser.open(facteur.url);
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
  tracker?.close();
});

test("hostile HTML shows its text and does nothing", async () => {
  await openRow(page, "Lettre hostile");
  await letter(page).getByText("Texte visible").waitFor();
  const frame = page.locator(".message-open iframe").last();
  assert.equal(await frame.getAttribute("sandbox"), "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
  assert.match(await letter(page).locator("head meta[http-equiv='Content-Security-Policy']").getAttribute("content"), /default-src 'none'; img-src data: blob:;/);
  // And it holds: the page itself may show its own images, the letter's frame may not.
  const came = [];
  page.on("requestfinished", (request) => came.push(request.url()));
  const shown = await frame.evaluate(
    (element, source) =>
      new Promise((resolve) => {
        const image = new Image();
        const own = new Image();
        own.onload = () => setTimeout(() => resolve(image.naturalWidth), 300);
        element.contentDocument.body.append(image);
        image.src = `${source}?in=letter`;
        own.src = `${source}?in=page`;
      }),
    "/favicon.svg",
  );
  assert.equal(shown, 0);
  assert.deepEqual(came.filter((url) => url.includes("in=letter")), []);
  for (const forbidden of ["script", "form", "input", "iframe", "object", "svg", "base", "meta[http-equiv=refresh]", "[onerror]", "[onload]"])
    assert.equal(await letter(page).locator(`body ${forbidden}`).count(), 0, forbidden);
  const trap = letter(page).getByText("piège");
  assert.equal(await trap.getAttribute("href"), null);
  const link = letter(page).getByText("lien", { exact: true });
  assert.equal(await link.getAttribute("target"), "_blank");
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
});

const vectors = [
  "<img src=x onerror=parent.hacked=1>",
  "<svg><animate onbegin=parent.hacked=1 attributeName=x dur=1s>",
  "<svg><a xlink:href='javascript:parent.hacked=1'><text x=20 y=20>x</text></a></svg>",
  "<details open ontoggle=parent.hacked=1>x</details>",
  "<video><source onerror=parent.hacked=1></video>",
  "<audio src=x onerror=parent.hacked=1></audio>",
  "<body onpageshow=parent.hacked=1>",
  "<iframe srcdoc='<script>parent.parent.hacked=1</script>'></iframe>",
  "<object type='text/html' data='data:text/html,<script>parent.hacked=1</script>'></object>",
  "<embed src='javascript:parent.hacked=1'>",
  "<a href='jav&#x0A;ascript:parent.hacked=1' id=trap>x</a>",
  "<a href=' &#14;javascript:parent.hacked=1' id=trap>x</a>",
  "<a href='data:text/html,<script>opener.hacked=1</script>' id=trap>x</a>",
  "<form><button formaction=javascript:parent.hacked=1 id=trap>x</button></form>",
  "<math href='javascript:parent.hacked=1' id=trap>x</math>",
  "<noscript><p title='</noscript><img src=x onerror=parent.hacked=1>'></noscript>",
  "<style><img src='</style><img src=x onerror=parent.hacked=1>'></style>",
  "<svg></p><style><a id='</style><img src=1 onerror=parent.hacked=1>'>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=parent.hacked=1>",
  "<template><script>parent.hacked=1</script></template><img src=x onerror=parent.hacked=1>",
  "<xmp><img src=x onerror=parent.hacked=1></xmp>",
  "<title><img src=x onerror=parent.hacked=1></title>",
  "<table background='javascript:parent.hacked=1'><tr><td>x</table>",
  "<div style='background:url(javascript:parent.hacked=1)'>x</div>",
  "<div style='width:expression(parent.hacked=1)'>x</div>",
  "<link rel=stylesheet href='data:text/css,*{color:red}'><base href=//evil.test/>",
  "<meta http-equiv=refresh content='0;url=javascript:parent.hacked=1'>",
  "<img name=parentNode><img id=attributes><form id=x><input name=attributes></form>",
  "<script src=//evil.test/x.js></script><script>parent.hacked=1</script>",
  "<input autofocus onfocus=parent.hacked=1><textarea autofocus onfocus=parent.hacked=1>",
];

test("known ways into a page lead nowhere", async () => {
  const jmap = await facteur.jmap(people.camille);
  const html = (vector, at) => `<p>Avant ${at}</p>${vector}`;
  await jmap.import(vectors.map((vector, at) => ({ message: message({ subject: `Vecteur ${at}.`, html: html(vector, at) }) })), "archive");
  await page.getByRole("link", { name: "Archives" }).click();
  await openRow(page, "Vecteur");
  const seen = new Set();
  for (;;) {
    const at = Number(/\d+/.exec(await page.locator(".reader-subject").innerText())[0]);
    seen.add(at);
    await letter(page).getByText(`Avant ${at}`, { exact: true }).waitFor();
    const trap = letter(page).locator("#trap, a").first();
    if ((await trap.count()) > 0) await trap.click({ timeout: 1000, force: true }).catch(() => undefined);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined, vectors[at]);
    if (seen.size === vectors.length) break;
    // The frame takes no keys for long.
    await until(() => page.evaluate(() => document.activeElement?.tagName !== "IFRAME"), "the focus back from the letter");
    await page.keyboard.press("j");
    await until(async () => !(await page.locator(".reader-subject").innerText()).includes(` ${at}.`), "the next message");
  }
  await page.goto(facteur.url);
  await openRow(page, "Lettre hostile");
});

test("images of the message are shown, remote ones only when asked for", async () => {
  const logo = letter(page).getByAltText("logo");
  await logo.waitFor();
  await until(() => logo.evaluate((image) => image.src.startsWith("blob:") && image.naturalWidth === 1), "the picture in the letter");
  assert.deepEqual(tracked, []);
  await page.getByText(/images distantes bloquées/).waitFor();
  await page.getByRole("button", { name: "Afficher", exact: true }).click();
  await page.getByText(/distantes? bloquées?/).waitFor({ state: "detached" });
  const pixel = letter(page).getByAltText("pixel");
  // Plain HTTP became HTTPS: nothing of what one reads travels in the clear.
  await until(async () => /^https:/.test(await pixel.getAttribute("src")), "the picture, over HTTPS");
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
});

test("the next message is written into the same frame, and nothing of the one before stays", async () => {
  await openRow(page, "Page Une");
  await letter(page).getByText("Texte Une").waitFor();
  const first = await page.locator(".message-open iframe").elementHandle();
  await page.getByRole("button", { name: "Détails" }).click();
  const scroller = page.locator(".reader-scroll");
  await scroller.evaluate((element) => element.scrollTo(0, 300));
  await until(() => scroller.evaluate((element) => element.scrollTop === 300), "the reader, scrolled");
  await openRow(page, "Page Deux");
  await letter(page).getByText("Texte Deux").waitFor();
  assert.equal(await letter(page).getByText("Texte Une").count(), 0);
  const same = (element) => element === document.querySelector(".message-open iframe");
  assert.ok(await first.evaluate(same));
  assert.equal(await scroller.evaluate((element) => element.scrollTop), 0);
  assert.equal(await page.getByRole("button", { name: "Détails" }).getAttribute("aria-expanded"), "false");
  // What was allowed to one message is not allowed to the next: that takes a frame with a policy of its own.
  await page.getByRole("button", { name: "Afficher", exact: true }).click();
  await page.getByText(/distantes? bloquées?/).waitFor({ state: "detached" });
  await openRow(page, "Page Une");
  await letter(page).getByText("Texte Une").waitFor();
  await page.getByText(/distantes? bloquées?/).waitFor();
  assert.doesNotMatch(await letter(page).locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content"), /https:/);
  await openRow(page, "Texte simple");
  await page.locator(".plain").first().waitFor();
  const hidden = page.locator(".message-open iframe");
  assert.equal(await hidden.isVisible(), false);
  assert.equal(await hidden.evaluate((element) => element.contentDocument.body.childNodes.length), 0);
});

test("plain text has links, folded quotes and a warning about a name that lies", async () => {
  await openRow(page, "Texte simple");
  const link = page.getByRole("link", { name: "https://ac.test/plan", exact: true });
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  const quoted = page.locator(".message-body").getByText("ancien texte");
  assert.equal(await quoted.isVisible(), false);
  await page.locator(".quote-toggle").click();
  await quoted.waitFor();
  await page.getByText("Le nom affiché contient").waitFor();
  await page.getByText("Extérieur").first().waitFor();
  await expectAccessible(page, "a message in plain text");
});

test("a conversation is a stack: read messages are a line, the newest is open, its quote is folded", async () => {
  await openRow(page, "Voyage");
  await page.locator(".message-folded").waitFor();
  await letter(page).getByText("Réponse").waitFor();
  assert.equal(await letter(page).getByText("Premier message cité").isVisible(), false);
  await letter(page).getByText("Texte cité").click();
  await letter(page).getByText("Premier message cité").waitFor();
  await page.locator(".message-line").click();
  await page.locator(".plain").getByText("Premier message", { exact: true }).waitFor();
  await page.locator(".row-open.row-unread").waitFor({ state: "detached" });
  await expectAccessible(page, "a conversation");
});

test("the address is shown on demand and can be copied alone", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator(".message-open .address-strong").last().click();
  await page.getByRole("menuitem", { name: /Copier lea.bernard/ }).click();
  await page.getByText("Adresse copiée").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), people.lea.address);
});

test("the source of a message is shown with all its headers, and copied", async () => {
  await page.getByRole("button", { name: "Actions sur ce message" }).last().click();
  await page.getByRole("menuitem", { name: "Afficher la source" }).click();
  const source = page.getByRole("dialog", { name: "Source du message" });
  await source.getByText(/^MIME-Version: 1\.0/m).waitFor();
  await expectAccessible(page, "the source of a message");
  await source.getByRole("button", { name: "Copier" }).click();
  await page.getByText("Source copiée.").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^Message-ID: </m);
  await page.keyboard.press("Escape");
  await source.waitFor({ state: "detached" });
});

test("printing leaves the message alone on the page", async () => {
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".top-bar").isVisible(), false);
  assert.equal(await page.locator(".mail-list").isVisible(), false);
  assert.equal(await page.locator(".reader-subject").isVisible(), true);
  await page.emulateMedia({ media: null });
  await row(page, "Voyage").waitFor();
  assert.deepEqual(
    page.problems.filter((problem) => !/Content Security Policy|net::ERR/.test(problem)),
    [],
  );
});

test("a newsletter keeps its measures, a link that would be ours goes, and a picture is shown once", async () => {
  const jmap = await facteur.jmap(people.camille);
  await jmap.import([
    {
      message: message({
        subject: "Mesures",
        html: '<table width="300" cellpadding="20" align="center"><tr><td valign="top"><a href="settings">ici</a> <img src="cid:un@x" width="40" height="30"></td></tr></table>',
        parts: [{ type: "image/png", name: "un.png", content: png, cid: "un@x" }],
      }),
    },
  ]);
  await openRow(page, "Mesures");
  await letter(page).getByText("ici").waitFor();
  const table = letter(page).locator("table");
  assert.deepEqual(
    await table.evaluate((element) => [element.offsetWidth, element.getAttribute("cellpadding"), element.getAttribute("align")]),
    [300, "20", "center"],
  );
  assert.equal(await letter(page).locator("img").count(), 1);
  assert.equal(await letter(page).locator("img").evaluate((element) => element.width), 40);
  assert.equal(await letter(page).locator("a").getAttribute("href"), null);
});
