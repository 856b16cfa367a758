// Every screen at three widths in both themes: axe, no sideways scrolling, and a picture for the eye.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, letter, openRow, row, screenshot, signIn, startBrowser } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, pdf, png } from "./lib/messages.mjs";

let facteur;
let browser;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  const jmap = await facteur.jmap(people.camille);
  const at = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString().replace(/\.\d+/, "");
  await jmap.import([
    {
      message: message({
        subject: "Compte rendu du conseil pédagogique et calendrier des prochaines réunions",
        from: "Léa Bernard <lea.bernard@academie.test>",
        html: `<p>Bonjour Camille,</p><p>Voici le <b>compte rendu</b> de mardi.</p><ul><li>projets</li><li>budget</li></ul><div class="gmail_quote"><blockquote>Peux-tu me l'envoyer ?</blockquote></div>`,
        parts: [
          { type: "application/pdf", name: "compte-rendu.pdf", content: pdf },
          { type: "image/png", name: "tableau.png", content: png },
        ],
      }),
      receivedAt: at(0.2),
    },
    { message: message({ subject: "Lettre d'information", html: `<table width="900" bgcolor="#ffeecc"><tr><td><h1>Rentrée</h1><img src="https://img.test/a.png"></td></tr></table>` }), receivedAt: at(3), keywords: { $seen: true } },
    { message: message({ subject: "Clés du gymnase", text: "Elles sont chez le gardien." }), receivedAt: at(30), keywords: { $flagged: true } },
    { message: message({ subject: "Stage de mars", id: "stage@x.test" }), receivedAt: at(24 * 9), keywords: { $seen: true } },
    { message: message({ subject: "Re: Stage de mars", inReplyTo: "stage@x.test", from: "Anne Petit <anne.petit@academie.test>" }), receivedAt: at(24 * 8), keywords: { $seen: true, $answered: true } },
  ]);
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

async function look(page, name, what) {
  await expectAccessible(page, `${what} (${name})`);
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    `${what} (${name}) scrolls sideways`,
  );
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight),
    `${what} (${name}) reaches below the window, where nothing is`,
  );
  await screenshot(page, `${what}-${name}`);
}

for (const width of [390, 820, 1440])
  for (const theme of ["light", "dark"])
    test(`every screen at ${width} px, ${theme}`, async () => {
      const name = `${width}-${theme}`;
      const phone = width < 600;
      const page = await browser.open(facteur.url, { width, height: phone ? 844 : 900, theme, hasTouch: phone, isMobile: phone });
      await page.getByRole("button", { name: "Se connecter" }).waitFor();
      await look(page, name, "sign-in");
      await signIn(page);
      await row(page, "Stage de mars").waitFor();
      await look(page, name, "list");
      await openRow(page, "Compte rendu");
      await letter(page).getByText("Bonjour Camille").waitFor();
      await look(page, name, "reader");
      await page.goBack();
      await openRow(page, "Lettre d’information".replace("’", "'"));
      await page.getByText(/image distante bloquée/).waitFor();
      await look(page, name, "newsletter");
      await page.goBack();
      if (phone) {
        await page.getByRole("button", { name: "Dossiers" }).click();
        await page.getByRole("link", { name: "Archives" }).waitFor();
        await look(page, name, "folders");
        await page.keyboard.press("Escape");
      }
      await page.getByRole("button", { name: "Écrire" }).click();
      await page.getByRole("textbox", { name: "Texte du message" }).waitFor();
      await look(page, name, "composer");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      // On a phone a closed layer takes its entry out of the history, which Chromium does in its own time.
      await page.waitForFunction(() => !history.state?.layer);
      await page.goto(`${facteur.url}/search?q=stage`);
      await page.locator(".row").first().waitFor();
      await look(page, name, "search");
      await page.goto(`${facteur.url}/settings`);
      await page.locator(".sessions li").first().waitFor();
      await look(page, name, "settings");
      await page.goto(`${facteur.url}/settings/gallery`);
      await page.getByRole("heading", { name: "Éléments" }).waitFor();
      await look(page, name, "gallery");
      await page.context().close();
    });

test("a page of 640 px, as 1280 at 200 %, loses nothing", async () => {
  const page = await browser.open(facteur.url, { width: 640, height: 430 });
  await signIn(page);
  await row(page, "Compte rendu").waitFor();
  await look(page, "zoom", "list");
  await openRow(page, "Compte rendu");
  await look(page, "zoom", "reader");
});
