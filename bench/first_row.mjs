// Signs in to web mail in Chromium and says how long its person waits for the first row of the list. Driven by bench/suite.
//
//   echo '{"kind":"facteur","url":"http://127.0.0.1:8080/","user":"u1@bench.test","password":"secret","again":true}' | node bench/first_row.mjs --slowed 4
//
// A line of JSON in, a line out: {"cold_ms":…,"warm_ms":…} or {"error":…}. From the press of the sign-in button until the first
// row is in view and two frames have begun since, so that one with the row in it was handed to the screen. `cold_ms` in a browser
// of its own that had only loaded the page to sign in; `warm_ms`, if asked for, once more there, signed out: its cache holds what servers let it keep.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { startBrowser } from "../tests/browser/lib/browser.mjs";

const { values: options } = parseArgs({ options: { slowed: { type: "string", default: "4" } } });
const patience = 30_000;
const rest = 300;

const pages = {
  facteur: { user: "input[name=username]", password: "input[type=password]", button: "button[type=submit]", row: ".row .row-subject" },
  roundcube: { user: "#rcmloginuser", password: "#rcmloginpwd", button: "#rcmloginsubmit", row: "#messagelist tbody tr.message .subject" },
};

/** In every document of the page: tells of the press, then of the row. By the clock, which documents that follow each other share. */
function watch(selector) {
  if (globalThis !== globalThis.top) return;
  const time = (since) => performance.timeOrigin + since;
  addEventListener("pointerdown", (event) => void globalThis.benchTells("pressed", time(event.timeStamp)), { capture: true });
  const isInView = (element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return bottom > top && right > left && top >= 0 && bottom <= innerHeight && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const look = () => {
    const row = document.querySelector(selector);
    if (!row || !isInView(row)) return void requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame(() => void globalThis.benchTells("shown", time(performance.now()))));
  };
  // Frames are asked for only when there is a row: they would take time of the slowed thread.
  const observer = new MutationObserver(() => {
    if (!document.querySelector(selector)) return;
    observer.disconnect();
    requestAnimationFrame(look);
  });
  observer.observe(document, { childList: true, subtree: true });
}

const within = (what, promise) => Promise.race([promise, pause(patience, null, { ref: false }).then(() => Promise.reject(new Error(`waited in vain: ${what}`)))]);

/** Milliseconds from the press until the row, in a new page of the context, which ends. */
async function signIn(context, { kind, url, user, password }) {
  const page = pages[kind];
  const tab = await context.newPage();
  const told = {};
  const shown = new Promise((resolve) => {
    told.shown = resolve;
  });
  await tab.exposeFunction("benchTells", (what, at) => {
    if (what === "pressed") told.pressed = at;
    else told.shown(at);
  });
  await tab.addInitScript(watch, page.row);
  await (await context.newCDPSession(tab)).send("Emulation.setCPUThrottlingRate", { rate: Number(options.slowed) });
  await tab.goto(url, { waitUntil: "load" });
  await tab.locator(page.user).fill(user);
  await tab.locator(page.password).fill(password);
  await pause(rest);
  await tab.locator(page.button).click({ noWaitAfter: true });
  const at = await within(`the first row of ${kind}`, shown);
  await pause(rest);
  await tab.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await tab.close();
  await context.clearCookies();
  return at - told.pressed;
}

const browser = await startBrowser();
try {
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    let answer;
    const first = await browser.open("about:blank", { width: 1440, height: 900 });
    try {
      const context = first.context();
      answer = { cold_ms: await signIn(context, asked) };
      if (asked.again) answer.warm_ms = await signIn(context, asked);
    } catch (problem) {
      answer = { error: String(problem.message ?? problem).split("\n")[0] };
    } finally {
      await first.context().close();
    }
    console.log(JSON.stringify(answer));
  }
} finally {
  await browser.close();
}
