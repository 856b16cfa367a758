import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectAccessible, row, signIn, startBrowser, until } from "./lib/browser.mjs";
import { people, startFacteur } from "./lib/facteur.mjs";
import { message, pdf } from "./lib/messages.mjs";

let facteur;
let browser;
let page;

before(async () => {
  facteur = await startFacteur();
  browser = await startBrowser();
  const jmap = await facteur.jmap(people.camille);
  await jmap.import([
    { message: message({ subject: "Budget de la cantine", from: "Paul Durand <paul@dehors.test>", text: "Les comptes de l'élève." }) },
    {
      message: message({
        subject: "Sortie scolaire",
        from: "Anne Petit <anne@dehors.test>",
        text: "Le budget est joint.",
        parts: [{ type: "application/pdf", name: "devis.pdf", content: pdf }],
      }),
      keywords: { $seen: true },
    },
    { message: message({ subject: "Vieux courrier", text: "Ancien budget.", date: new Date(2019, 3, 1) }), receivedAt: "2019-04-01T10:00:00Z" },
  ]);
  await jmap.import([{ message: message({ subject: "Jeté", text: "budget jeté" }) }], "trash");
  page = await browser.open(facteur.url);
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await facteur?.stop();
});

const field = () => page.getByRole("combobox", { name: "Rechercher dans le courrier" });
const shows = (...subjects) =>
  until(async () => {
    const rows = await page.locator(".row-subject").allInnerTexts();
    return rows.length === subjects.length && subjects.every((subject) => rows.some((text) => text.includes(subject)));
  }, `rows: ${subjects}`);
const search = async (text) => {
  await page.keyboard.press("Escape");
  await field().fill(text);
};

test("results come while one types, everywhere but in the bin, with what was found marked", async () => {
  await page.locator(".row").first().waitFor();
  await page.locator("body").press("/");
  await page.keyboard.type("budget");
  await shows("Budget de la cantine", "Sortie scolaire", "Vieux courrier");
  await page.locator("mark", { hasText: /budget/i }).first().waitFor();
  await page.keyboard.press("Escape");
  await expectAccessible(page, "a search");
});

test("operators in French narrow it down", async () => {
  await search("budget de:anne");
  await shows("Sortie scolaire");
  await search("objet:cantine");
  await shows("Budget de la cantine");
  await search("avant:2020");
  await shows("Vieux courrier");
  await search("pj:oui");
  await shows("Sortie scolaire");
  await search("budget -de:anne après:2020");
  await shows("Budget de la cantine");
  await search("dans:corbeille budget");
  await shows("Jeté");
});

test("words are found without their accents and in other forms", async () => {
  await search("eleves");
  await shows("Budget de la cantine");
});

test("filters are chips that come and go", async () => {
  await search("budget");
  await shows("Budget de la cantine", "Sortie scolaire", "Vieux courrier");
  await page.getByRole("button", { name: "Avec pièce jointe", exact: true }).click();
  await shows("Sortie scolaire");
  await page.getByRole("button", { name: "Retirer le filtre Avec pièce jointe" }).click();
  await shows("Budget de la cantine", "Sortie scolaire", "Vieux courrier");
});

test("people and operators are suggested", async () => {
  await search("ann");
  await page.getByRole("option", { name: /Anne Petit/ }).waitFor();
  await expectAccessible(page, "suggestions");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(async () => /^de:anne@dehors.test/.test(await field().inputValue()), "the suggestion in the field");
  await shows("Sortie scolaire");
});

test("a search without a result says so, and leaving it shows the inbox again", async () => {
  await search("introuvable");
  await page.getByText("Aucun message ne correspond.").waitFor();
  await page.getByRole("button", { name: "Effacer la recherche" }).click();
  await page.getByRole("heading", { name: "Réception", level: 1 }).waitFor();
  await row(page, "Sortie scolaire").waitFor();
  assert.deepEqual(page.problems, []);
});
