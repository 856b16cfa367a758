// Chromium, driven as a person would: by names and roles.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { password, people } from "./facteur.mjs";

// The web UI's own packages serve its tests too.
const require = createRequire(new URL("../../../webui/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// Pages of Chromium's own for its address bar, which burn a third of a core beside whatever is tested. Playwright's list is
// handed on, because the last one given counts.
const playwright = dirname(require.resolve("playwright-core/package.json"));
const { chromiumSwitches } = require(join(playwright, "lib/server/chromium/chromiumSwitches.js"));
const features = "--disable-features=";
const unwanted = [
  chromiumSwitches.find((given) => given.startsWith(features))?.slice(features.length),
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
];

const screenshots = fileURLToPath(new URL("../../../build/screenshots/", import.meta.url));

/** Longer than anything takes on a busy machine; nothing waits as long as this when all is well. */
export const patience = Number(process.env.BROWSER_PATIENCE ?? 30_000);

export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // A name that is not loopback's, for pages that are not a secure context.
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--host-resolver-rules=MAP messagerie.test 127.0.0.1",
      features + unwanted.join(","),
    ],
  });
  return {
    close: () => browser.close(),
    /** A browser of its own for one person: nothing is shared with the others. */
    async open(url, { width = 1280, height = 860, theme = "light", locale = "fr-FR", init, ...rest } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale, acceptDownloads: true, ...rest });
      context.setDefaultTimeout(patience);
      if (process.env.WEBUI_DIST) await servePages(context, url, process.env.WEBUI_DIST);
      const page = await context.newPage();
      if (init) await page.addInitScript(init);
      // BROWSER_SLOWED=6: as on a machine six times slower, where what only works when quick shows itself.
      const rate = Number(process.env.BROWSER_SLOWED ?? 1);
      if (rate > 1) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate });
      page.problems = [];
      page.on("pageerror", (error) => page.problems.push(String(error.stack ?? error)));
      page.on("console", (entry) => {
        if (entry.type() === "error" && !/status of (401|403|429)/.test(entry.text())) page.problems.push(entry.text());
      });
      await page.goto(url);
      return page;
    },
  };
}

/** For work on the web UI: its files from a folder, with the server's own policy, instead of those in the program. */
async function servePages(context, url, folder) {
  const { port } = new URL(url);
  const policy = (await fetch(url)).headers.get("content-security-policy");
  await context.route(
    ({ port: asked, pathname }) => asked === port && !/^\/(jmap|auth|\.well-known)/.test(pathname),
    (route) => {
      const { pathname } = new URL(route.request().url());
      const path = join(folder, extname(pathname) ? pathname : "index.html");
      return route.fulfill({ path, headers: { "content-security-policy": policy } });
    },
  );
}

export async function signIn(page, person = people.camille) {
  await page.getByLabel(/Adresse|Address/).fill(person.address);
  await page.getByLabel(/Mot de passe|Password/).fill(password);
  await page.getByRole("button", { name: /Se connecter|Sign in/ }).click();
  await page.locator(".list").waitFor();
}

/** The rows of the list, by a part of their text. */
export const row = (page, text) => page.locator(".row", { hasText: text });

export async function openRow(page, text) {
  await row(page, text).first().locator(".row-link").click();
  await page.locator(".message-open .message-body").first().waitFor();
}

/** The frame in which a message's HTML is shown. */
export const letter = (page) => page.frameLocator(".message-open iframe").last();

/** WCAG 2.2 AA, by axe, on the whole page as it stands. */
export async function expectAccessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      // What is in the frame is somebody else's letter.
      iframes: false,
    }),
  );
  const told = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}\n    ${failureSummary}`).join("\n  ")}`,
  );
  assert.deepEqual(told, [], `axe on ${what}`);
}

export async function screenshot(page, name) {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png` });
}

/**
 * A layer that was closed takes its entry out of the history, which Chromium does in its own time. Asked from here, because a page's policy lets
 * no function of the test be run again within it.
 */
export const layersAreGone = (page) => until(() => page.evaluate(() => !history.state?.layer), "the end of a layer's entry in the history");

/** Waits until `probe` gives something true; what it gave is returned. */
export async function until(probe, what) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
