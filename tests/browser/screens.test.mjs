// Every screen at three widths in both themes: axe, no sideways scrolling, and a picture for the eye.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { expectAccessible, layersAreGone, letter, openRow, row, screenshot, signIn, startBrowser, until } from "./lib/browser.mjs";
import { startExchanger } from "./lib/exchanger.mjs";
import { domain, password, people, startFacteur } from "./lib/facteur.mjs";
import { message, pdf, png } from "./lib/messages.mjs";

let facteur;
let browser;
let exchanger;

const phone = { width: 390, height: 844, hasTouch: true, isMobile: true };
const desktop = { width: 1440, height: 900 };
const at = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString().replace(/\.\d+/, "");

before(async () => {
  exchanger = await startExchanger({
    "personne@dehors.test": "550 5.1.1 <personne@dehors.test>: user unknown",
    "plus.tard@ailleurs.test": "451 4.7.1 Greylisted, try again",
  });
  facteur = await startFacteur({ config: `[routes]\n"*" = {host = "127.0.0.1:${exchanger.port}", tls = "none"}` });
  browser = await startBrowser();
  const jmap = await facteur.jmap(people.camille);
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
  exchanger?.close();
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
      await layersAreGone(page);
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

/** An account of its own for what would stand in the way of the other screens. */
async function account(name, quota = "") {
  const person = { address: `${name}@${domain}`, name: name[0].toUpperCase() + name.slice(1) };
  const csv = join(facteur.folder, `${name}.csv`);
  writeFileSync(csv, `address,name,password,quota\n${person.address},${person.name},${password},${quota}\n`);
  facteur.run("account", "import", csv);
  return { person, jmap: await facteur.jmap(person) };
}

test("signing in: what went wrong", async () => {
  for (const theme of ["light", "dark"]) {
    const page = await browser.open(facteur.url, { ...desktop, theme });
    await page.getByLabel("Adresse ou identifiant").fill(people.camille.address);
    await page.getByLabel("Mot de passe").fill("faux");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByText("Identifiant ou mot de passe incorrect.").waitFor();
    assert.ok(await page.getByLabel("Mot de passe").evaluate((field) => field === document.activeElement), "the field to fill again");
    await look(page, `1440-${theme}`, "sign-in-error");
    await page.context().close();
  }
});

test("a folder with nothing in it, a folder chosen, and no connection", async () => {
  for (const [width, size] of [[390, phone], [1440, desktop]]) {
    const page = await browser.open(facteur.url, size);
    const name = `${width}-light`;
    await signIn(page);
    await row(page, "Compte rendu").waitFor();
    await page.goto(`${facteur.url}/mail/archive`);
    await page.getByText("Rien dans « Archives ».").waitFor();
    await look(page, name, "empty");
    await page.goto(`${facteur.url}/search?q=zzzz`);
    await page.getByText("Aucun message ne correspond").waitFor();
    await look(page, name, "search-nothing");
    await page.goto(`${facteur.url}/mail/inbox`);
    await openRow(page, "Clés du gymnase");
    await page.getByRole("button", { name: "Déplacer" }).click();
    await page.getByRole("dialog", { name: "Déplacer vers" }).waitFor();
    await look(page, name, "move");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await layersAreGone(page);
    await page.goBack();
    await row(page, "Compte rendu").waitFor();
    await page.context().setOffline(true);
    await page.getByText("Connexion perdue.").waitFor();
    await look(page, name, "offline");
    await page.context().close();
  }
});

test("a PDF and a picture are looked at", async () => {
  for (const [width, size] of [[390, phone], [1440, desktop]]) {
    const page = await browser.open(facteur.url, size);
    await signIn(page);
    await openRow(page, "Compte rendu");
    await page.getByRole("button", { name: "Aperçu de compte-rendu.pdf" }).click();
    await page.locator("iframe.preview-document").waitFor();
    await look(page, `${width}-light`, "preview-pdf");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Aperçu de tableau.png" }).click();
    await page.getByRole("img", { name: "tableau.png" }).waitFor();
    await look(page, `${width}-light`, "preview-picture");
    await page.context().close();
  }
});

test("a box that is full", async () => {
  const { person, jmap } = await account("plein", "100KB");
  await jmap.import([
    { message: message({ subject: "Photos de la sortie", parts: [{ type: "image/png", name: "a.png", content: Buffer.alloc(68_000, 7) }] }), receivedAt: at(1) },
  ]);
  for (const [width, size, theme] of [[390, phone, "light"], [1440, desktop, "light"], [1440, desktop, "dark"]]) {
    const page = await browser.open(facteur.url, { ...size, theme });
    await signIn(page, person);
    await row(page, "Photos").waitFor();
    if (width < 600) await page.getByRole("button", { name: "Dossiers" }).click();
    await page.getByText(/Votre boîte est pleine à/).first().waitFor();
    await look(page, `${width}-${theme}`, "full");
    await page.getByRole("link", { name: "Voir les plus gros messages" }).click();
    await page.getByRole("heading", { name: "Résultats" }).waitFor();
    await page.locator(".drawer").waitFor({ state: "detached" });
    await page.context().close();
  }
});

const nothingToBreak = "Convocationauconseildadministrationextraordinaire".repeat(6);

test("names and subjects longer than anybody writes", async () => {
  const { person, jmap } = await account("long");
  const { created } = await jmap.call("Mailbox/set", { create: { a: { name: `Établissements partenaires du dispositif ${nothingToBreak}`.slice(0, 190) } } });
  await jmap.call("Mailbox/set", { create: { b: { name: "Sous-dossier des conventions de stage signées par les entreprises", parentId: created.a.id } } });
  await jmap.import([
    {
      message: message({
        subject: nothingToBreak,
        from: `${"Bartholomé-Maximilien de la Tour du Pin-Chambly ".repeat(4)}<${"x".repeat(60)}@${"sous-domaine.".repeat(8)}test>`,
        to: Array.from({ length: 30 }, (_, at) => `personne${at}.avec-un-nom-tres-long@etablissement.test`).join(", "),
        text: `${nothingToBreak}${nothingToBreak}\nhttps://exemple.test/${"chemin/".repeat(60)}\n\nFin.`,
        parts: [{ type: "application/pdf", name: `${nothingToBreak}.pdf`, content: pdf }],
      }),
      receivedAt: at(1),
      keywords: { $flagged: true },
    },
    { message: message({ subject: "Re: Re: Re: TR: Compte rendu de la réunion de rentrée des professeurs principaux de troisième et des psychologues de l'éducation nationale du bassin", text: "Bonjour." }), receivedAt: at(30) },
  ]);
  for (const [width, size, theme] of [[320, { ...phone, width: 320, height: 640 }, "light"], [390, phone, "light"], [820, { width: 820, height: 1180 }, "light"], [1440, desktop, "light"]]) {
    const page = await browser.open(facteur.url, { ...size, theme });
    const name = `${width}-${theme}`;
    await signIn(page, person);
    await row(page, "Compte rendu").waitFor();
    await look(page, name, "long-list");
    await openRow(page, "Convocation");
    await page.getByRole("button", { name: "Détails du message" }).click();
    await look(page, name, "long-reader");
    await page.keyboard.press("r");
    await page.getByRole("textbox", { name: "Texte du message" }).waitFor();
    await look(page, name, "long-answer");
    await page.context().close();
  }
});

test("many files are joined", async () => {
  const files = Array.from({ length: 14 }, (_, at) => ({
    name: at === 3 ? `${nothingToBreak}.pdf` : `Fiche élève ${at + 1}.pdf`,
    mimeType: "application/pdf",
    buffer: Buffer.alloc(20_000 * (at + 1), 65 + at),
  }));
  for (const [width, size] of [[390, phone], [1440, desktop]]) {
    const page = await browser.open(facteur.url, size);
    await signIn(page);
    await page.getByRole("button", { name: "Écrire" }).click();
    const composer = page.getByRole("dialog").last();
    await composer.getByRole("textbox", { name: "Texte du message" }).waitFor();
    await composer.getByRole("combobox", { name: "À", exact: true }).fill(Array.from({ length: 12 }, (_, at) => `parent${at}@dehors.test`).join(", "));
    await page.keyboard.press("Enter");
    await composer.getByLabel("Objet").fill("Fiches");
    await composer.locator(".composer-actions > input[type=file]").setInputFiles(files);
    await until(async () => (await composer.getByText("Fiche élève 14.pdf").count()) > 0 && (await composer.getByRole("progressbar").count()) === 0, "the files");
    assert.deepEqual(await composer.locator(".composer-files .field-error").allInnerTexts(), [], "more at once than the server takes");
    const [field, subject] = await Promise.all([composer.locator(".recipients-field").first().boundingBox(), composer.getByLabel("Objet").boundingBox()]);
    assert.ok(field.y + field.height <= subject.y, "many recipients lie over what is below");
    await look(page, `${width}-light`, "composer-files");
    await composer.getByRole("button", { name: "Jeter ce message" }).click();
    await page.context().close();
  }
});

test("what became of a message, and what waits to be sent", async () => {
  const page = await browser.open(facteur.url, desktop);
  await signIn(page);
  const write = async (subject, ...to) => {
    await page.getByRole("button", { name: "Écrire" }).click();
    const composer = page.getByRole("dialog").last();
    for (const address of to) {
      await composer.getByRole("combobox", { name: "À", exact: true }).fill(address);
      await page.keyboard.press("Enter");
    }
    await composer.getByLabel("Objet").fill(subject);
    await composer.getByRole("textbox", { name: "Texte du message" }).fill("Bonjour, à lundi.");
    return composer;
  };
  const later = await write("Pour demain", people.lea.address);
  await later.getByRole("button", { name: "Envoyer plus tard" }).click();
  await look(page, "1440-light", "later-menu");
  await page.getByRole("menuitem", { name: /Autre date/ }).click();
  await page.getByLabel("Date et heure d’envoi").waitFor();
  await look(page, "1440-light", "later-dialog");
  await page.keyboard.press("Escape");
  await later.getByRole("button", { name: "Envoyer plus tard" }).click();
  await page.getByRole("menuitem", { name: /Demain matin/ }).click();
  await page.getByText(/Envoi programmé demain/).last().waitFor();
  await write("Réunion de lundi", "personne@dehors.test", "plus.tard@ailleurs.test", people.lea.address);
  await page.keyboard.press("Control+Enter");
  await page.getByText("Message envoyé.").last().waitFor();
  await page.goto(`${facteur.url}/mail/sent`);
  await openRow(page, "Réunion de lundi");
  await page.getByText("1 destinataire n’a pas reçu ce message.").waitFor();
  await page.getByText("ailleurs.test n’a pas encore pris").waitFor();
  await page.context().close();
  for (const [width, size, theme] of [[390, phone, "light"], [1440, desktop, "light"], [1440, desktop, "dark"]]) {
    const page = await browser.open(facteur.url, { ...size, theme });
    const name = `${width}-${theme}`;
    await signIn(page);
    await page.goto(`${facteur.url}/mail/sent`);
    await row(page, "Réunion de lundi").waitFor();
    await look(page, name, "sent");
    await openRow(page, "Réunion de lundi");
    await page.getByText("1 destinataire n’a pas reçu ce message.").waitFor();
    await look(page, name, "delivery");
    await page.goto(`${facteur.url}/mail/scheduled`);
    await row(page, "Pour demain").waitFor();
    await look(page, name, "scheduled-list");
    await openRow(page, "Pour demain");
    await page.getByText(/Envoi prévu/).waitFor();
    await look(page, name, "scheduled");
    await page.context().close();
  }
});

test("the automatic answer's form", async () => {
  for (const [width, size, theme] of [[320, { ...phone, width: 320, height: 640 }, "light"], [1440, desktop, "light"], [1440, desktop, "dark"]]) {
    const page = await browser.open(facteur.url, { ...size, theme });
    await signIn(page);
    await page.goto(`${facteur.url}/settings`);
    const form = page.getByRole("form", { name: "Réponse automatique" });
    await form.getByLabel("Répondre automatiquement").check();
    await form.getByLabel("Texte de la réponse").fill("Je suis en congé jusqu’à lundi.");
    await form.getByLabel("Texte de la réponse").evaluate((field) => field.scrollIntoView({ block: "center" }));
    await look(page, `${width}-${theme}`, "vacation");
    await page.context().close();
  }
});

test("every screen at 320 px, as 1280 at 400 %", async () => {
  const page = await browser.open(facteur.url, { width: 320, height: 256 + 312 });
  const name = "320-light";
  await page.getByRole("button", { name: "Se connecter" }).waitFor();
  await look(page, name, "sign-in");
  await signIn(page);
  await row(page, "Compte rendu").waitFor();
  await look(page, name, "list");
  await openRow(page, "Compte rendu");
  await letter(page).getByText("Bonjour Camille").waitFor();
  await look(page, name, "reader");
  await page.keyboard.press("r");
  await page.getByRole("textbox", { name: "Texte du message" }).waitFor();
  await look(page, name, "answer");
  await page.goto(`${facteur.url}/search?q=stage has:attachment`);
  await page.locator(".search-chips, .list-empty").first().waitFor();
  await look(page, name, "search");
  await page.goto(`${facteur.url}/settings`);
  await page.locator(".sessions li").first().waitFor();
  await look(page, name, "settings");
  await page.context().close();
});

test("the desk in English", async () => {
  const page = await browser.open(facteur.url, { ...desktop, locale: "en-GB" });
  const name = "1440-english";
  await look(page, name, "sign-in");
  await signIn(page);
  await row(page, "Compte rendu").waitFor();
  await openRow(page, "Compte rendu");
  await letter(page).getByText("Bonjour Camille").waitFor();
  await look(page, name, "reader");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await look(page, name, "shortcuts");
  await page.keyboard.press("Escape");
  await page.keyboard.press("c");
  await page.getByRole("textbox", { name: "Text of the message" }).waitFor();
  await look(page, name, "composer");
  await page.goto(`${facteur.url}/settings`);
  await page.locator(".sessions li").first().waitFor();
  await look(page, name, "settings");
  await page.context().close();
});
