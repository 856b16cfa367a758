// How quick the web mail is on an old machine: Chromium slowed, a folder of many messages.
//
//   node bench/webmail.mjs [--messages 100000] [--runs 5] [--slowed 4] [--store FOLDER] [--json FILE] [--trace FOLDER]
//
// Prints medians over the runs, each in a browser of its own: how long a person waits, and the processor time of the page's
// main thread meanwhile, which says more where others use the machine too (it wants --slowed 1: slowing takes processor
// time). With --store the messages are made once and kept there;
// with --trace what the browser did is written down, for the performance panel of its developer tools.
// FACTEUR names another program than build/release/facteur, WEBUI_DIST other pages than those in the program.
import { existsSync, mkdirSync, openSync, writeFileSync, writeSync, closeSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { startBrowser } from "../tests/browser/lib/browser.mjs";
import { password, people, startFacteur } from "../tests/browser/lib/facteur.mjs";
import { message } from "../tests/browser/lib/messages.mjs";

const { values: options } = parseArgs({
  options: {
    messages: { type: "string", default: "100000" },
    runs: { type: "string", default: "5" },
    slowed: { type: "string", default: "4" },
    store: { type: "string" },
    json: { type: "string" },
    trace: { type: "string" },
  },
});
const many = Number(options.messages);
const runs = Number(options.runs);
process.env.BROWSER_SLOWED = options.slowed;

const words = "réunion conseil classe bulletin sortie élèves collège lycée note service date retour merci projet salle".split(" ");
const sentence = (seed, length) => Array.from({ length }, (_, at) => words[(seed * 7 + at * (1 + (seed % 5))) % words.length]).join(" ");
const page = (seed) =>
  `<html><head><style>td{padding:4px}</style></head><body><p>Bonjour,</p>${Array.from({ length: 6 }, (_, at) => `<p style="margin:8px 0">${sentence(seed + at, 40)}. <a href="https://exemple.test/${at}">lien</a></p>`).join("")}<table border="1">${Array.from({ length: 8 }, (_, at) => `<tr><td>${sentence(seed + at, 2)}</td><td>${at}</td></tr>`).join("")}</table><blockquote type="cite">${sentence(seed, 60)}</blockquote></body></html>`;

/** One message every 40 minutes, the newest now: half HTML, one in four the answer to an earlier one. */
function fill(facteur) {
  const file = join(facteur.folder, "many.mbox");
  const output = openSync(file, "w");
  const now = Date.now();
  for (let at = 0; at < many; at += 1) {
    const date = new Date(now - (many - at) * 2_400_000);
    const letter = message({
      subject: `${at % 4 === 3 ? "Re: " : ""}${sentence(at, 5)} ${at + 1}`,
      from: `${words[at % 15]} ${words[(at * 3) % 14]} <auteur${at % 400}@${at % 3 ? "academie" : "dehors"}.test>`,
      text: at % 2 ? `Bonjour,\n\n${sentence(at, 120)}.\n\n> ${sentence(at, 20)}\n` : undefined,
      html: at % 2 ? undefined : page(at),
      id: `m${at}@academie.test`,
      inReplyTo: at % 4 === 3 ? `m${at - 2}@academie.test` : undefined,
      date,
      headers: at > many - 12 ? {} : { Status: "RO" },
    });
    writeSync(output, `From a@b.test ${date.toUTCString()}\n${letter}\n`);
  }
  closeSync(output);
  facteur.run("import", "--account", people.camille.address, file);
}

/** In the page: when the first row was painted, and how long things took until a frame showed them. */
function watch() {
  if (globalThis !== globalThis.top) return;
  const seen = { row: 0 };
  globalThis.bench = seen;
  let pressed = 0;
  addEventListener("submit", () => { pressed = performance.now(); }, true);
  seen.first = new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector?.(".row .row-subject")) return void requestAnimationFrame(look);
      // The next frame begins when this one has been handed to the screen.
      requestAnimationFrame(() => {
        seen.row = performance.now();
        resolve({ row: seen.row, pressed });
      });
    };
    requestAnimationFrame(look);
  });
  const shown = (id) => {
    const message = document.querySelector(".message-open");
    const body = message?.querySelector(".message-body");
    if (!body || (message.dataset.id ?? id) !== id) return false;
    const frame = body.querySelector("iframe");
    // What waits out of sight has no height.
    if (frame && frame.clientHeight > 0) return frame.contentDocument.body.textContent.trim().length > 0;
    return body.querySelector(".plain")?.textContent.length > 0;
  };
  /** Milliseconds from the next press of a pointer or key to the frame that shows the message then open. */
  seen.opening = (before) =>
    new Promise((resolve) => {
      let from = 0;
      const begin = (event) => { from ||= event.timeStamp; };
      addEventListener("pointerdown", begin, { capture: true, once: true });
      addEventListener("keydown", begin, { capture: true, once: true });
      const wait = () => {
        const id = location.pathname.split("/")[3];
        if (from && id && id !== before && shown(id)) requestAnimationFrame(() => resolve(performance.now() - from));
        else requestAnimationFrame(wait);
      };
      wait();
    });
  /** The times between frames until `end` is called, and in how many of them rows in view were missing. */
  seen.frames = () => {
    const record = { times: [], blank: 0, end: false };
    seen.record = record;
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      record.times.push(now - last);
      last = now;
      if (!record.end) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  seen.blanks = () => {
    const box = document.querySelector(".list-scroll").getBoundingClientRect();
    return [...document.querySelectorAll(".row-blank")].filter((blank) => {
      const place = blank.getBoundingClientRect();
      return place.bottom > box.top && place.top < box.bottom;
    }).length;
  };
}

/** A step that never ends is a fault to be told, not waited for. */
const within = (what, promise, time = 60_000) =>
  Promise.race([promise, pause(time, null, { ref: false }).then(() => Promise.reject(new Error(`waited in vain: ${what}`)))]);

const id = (tab) => tab.evaluate(() => location.pathname.split("/")[3] ?? null);
const quiet = () => pause(700);

async function signInTo(tab) {
  await tab.getByLabel(/Adresse|Address/).fill(people.camille.address);
  await tab.getByLabel(/Mot de passe|Password/).fill(password);
  await tab.getByRole("button", { name: /Se connecter|Sign in/ }).click();
}
const firstRow = (tab) => within("the first row", tab.evaluate(() => globalThis.bench.first));

/** The processor time that the page's main thread has had, in milliseconds. */
async function meter(tab) {
  const session = await tab.context().newCDPSession(tab);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
}

async function open(tab, worked, press) {
  const before = await id(tab);
  await tab.evaluate((old) => {
    globalThis.bench.opened = globalThis.bench.opening(old);
  }, before);
  const from = await worked();
  await press();
  const took = await within("the open message", tab.evaluate(() => globalThis.bench.opened));
  const work = (await worked()) - from;
  await quiet();
  return { took, work };
}

async function scroll(tab, wheels) {
  const box = await tab.locator(".list-scroll").boundingBox();
  const session = await tab.context().newCDPSession(tab);
  await tab.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await tab.evaluate(() => globalThis.bench.frames());
  for (let at = 0; at < wheels; at += 1) {
    const beat = pause(16);
    await session.send("Input.dispatchMouseEvent", { type: "mouseWheel", x: box.x + 100, y: box.y + 300, deltaX: 0, deltaY: 120 });
    await beat;
  }
  const record = await tab.evaluate(() => {
    globalThis.bench.record.end = true;
    return { ...globalThis.bench.record, blanks: globalThis.bench.blanks(), top: document.querySelector(".list-scroll").scrollTop };
  });
  await session.detach();
  return record;
}

async function still(tab, time) {
  await tab.evaluate(() => globalThis.bench.frames());
  await pause(time);
  return tab.evaluate(() => {
    globalThis.bench.record.end = true;
    return globalThis.bench.record;
  });
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const at = (values, share) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))];
const median = (values) => at(values, 0.5);
const over = (times, limit) => times.filter((time) => time > limit).length;

const categories = ["devtools.timeline", "blink.user_timing", "v8", "v8.execute", "disabled-by-default-v8.cpu_profiler"];
let traces = 0;

/** Writes down what the browser did meanwhile, through a session of the browser's own. */
async function traced(tab, name, action) {
  if (!options.trace) return action();
  const session = await tab.context().browser().newBrowserCDPSession();
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  const traceConfig = { includedCategories: categories, excludedCategories: ["*"], recordMode: "recordUntilFull" };
  await session.send("Tracing.start", { transferMode: "ReturnAsStream", traceConfig });
  const result = await action();
  await session.send("Tracing.end");
  const { stream } = await within("the trace", complete, 120_000);
  mkdirSync(options.trace, { recursive: true });
  traces += 1;
  const output = openSync(join(options.trace, `${String(traces).padStart(2, "0")}-${name}.json`), "w");
  for (let end = false; !end; ) {
    const { data, base64Encoded, eof } = await session.send("IO.read", { handle: stream });
    writeSync(output, base64Encoded ? Buffer.from(data, "base64") : data);
    end = eof;
  }
  closeSync(output);
  await session.send("IO.close", { handle: stream });
  await session.detach();
  return result;
}

async function run(browser, facteur) {
  const tab = await browser.open(facteur.url, { width: 1440, height: 900, init: watch });
  const worked = await meter(tab);
  const from = await worked();
  const signedIn = await traced(tab, "sign-in", async () => {
    await signInTo(tab);
    return firstRow(tab);
  });
  const result = { signIn: signedIn.row - signedIn.pressed, signInWork: (await worked()) - from };
  await quiet();
  const reloads = [];
  const reloadWork = [];
  for (let again = 0; again < 3; again += 1) {
    await traced(tab, "reload", async () => {
      await tab.reload({ waitUntil: "commit" });
      reloads.push((await firstRow(tab)).row);
      reloadWork.push(await worked());
    });
    if (again === 0)
      result.requests = await tab.evaluate(() =>
        performance
          .getEntriesByType("resource")
          .filter(({ startTime }) => startTime < globalThis.bench.row)
          .map(({ name, startTime, responseEnd, encodedBodySize, decodedBodySize }) => ({
            name: new URL(name).pathname,
            from: Math.round(startTime),
            to: Math.round(responseEnd),
            sent: encodedBodySize,
            size: decodedBodySize,
          })),
      );
    await quiet();
  }
  result.reload = median(reloads);
  result.reloadWork = median(reloadWork);

  const rested = [];
  for (const row of [1, 3, 4, 6, 7]) {
    const link = tab.locator(".row .row-link").nth(row);
    await link.hover({ position: { x: 60, y: 20 } });
    await pause(250);
    rested.push(await traced(tab, "open", () => open(tab, worked, () => tab.mouse.down().then(() => tab.mouse.up()))));
  }
  result.openPointer = median(rested.map(({ took }) => took));
  result.openPointerWork = median(rested.map(({ work }) => work));
  const keyed = [];
  for (let step = 0; step < 5; step += 1) keyed.push(await traced(tab, "key", () => open(tab, worked, () => tab.keyboard.press("j"))));
  result.openKey = median(keyed.map(({ took }) => took));
  result.openKeyWork = median(keyed.map(({ work }) => work));
  await tab.keyboard.press("u");
  const sudden = [];
  await tab.locator(".list-scroll").evaluate((list) => list.scrollTo(0, 0));
  await quiet();
  for (const row of [8, 2, 5]) {
    const box = await tab.locator(".row .row-link").nth(row).boundingBox();
    await tab.mouse.move(900, 600);
    sudden.push(await open(tab, worked, async () => {
      await tab.mouse.move(box.x + 60, box.y + 20);
      await tab.mouse.down();
      await tab.mouse.up();
    }));
  }
  result.openSudden = median(sudden.map(({ took }) => took));
  result.openSuddenWork = median(sudden.map(({ work }) => work));
  await tab.keyboard.press("u");
  await quiet();

  const idle = await still(tab, 2000);
  result.idleP95 = at(idle.times, 0.95);
  const before = await worked();
  const rolled = await traced(tab, "scroll", () => scroll(tab, 300));
  result.scrollWork = ((await worked()) - before) / 300;
  result.frames = rolled.times.length;
  result.over50 = over(rolled.times, 50);
  result.over33 = over(rolled.times, 34);
  result.p50 = median(rolled.times);
  result.p95 = at(rolled.times, 0.95);
  result.longest = Math.max(...rolled.times);
  result.scrolled = rolled.top;
  if (tab.problems.length > 0) console.error(tab.problems);
  await tab.context().close();
  return result;
}

const store = options.store && resolve(options.store);
const kept = store !== undefined && existsSync(join(store, "data"));
const facteur = await startFacteur({ folder: store });
const browser = await startBrowser();
try {
  if (!kept) fill(facteur);
  const results = [];
  for (let count = 0; count < runs; count += 1) {
    const result = { ...(await run(browser, facteur)), load: loadavg()[0] };
    results.push(result);
    console.error(JSON.stringify({ ...result, requests: undefined }, (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value)));
  }
  const round = (value) => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
  const line = (name, key, unit = "ms") => {
    const values = sorted(results.map((result) => result[key]));
    console.log(`${name.padEnd(52)} ${String(round(median(values))).padStart(6)} ${unit}   (${round(values[0])} to ${round(values.at(-1))})`);
  };
  console.log(`${many} messages, Chromium slowed ${options.slowed} times, ${cpus().length} cores, load ${results.map(({ load }) => load.toFixed(1)).join(" ")}; medians of ${runs}`);
  line("sign-in pressed to first row", "signIn");
  line("  processor time", "signInWork");
  line("reload to first row", "reload");
  line("  processor time", "reloadWork");
  line("opening a message, pointer at rest on it before", "openPointer");
  line("  processor time", "openPointerWork");
  line("opening the next message by key", "openKey");
  line("  processor time", "openKeyWork");
  line("opening a message out of the blue", "openSudden");
  line("  processor time", "openSuddenWork");
  line("a page at rest: 95th percentile of frames", "idleP95");
  line("wheel: processor time of a step of 120 px", "scrollWork");
  line("wheel: median frame", "p50");
  line("wheel: 95th percentile of frames", "p95");
  line("wheel: longest frame", "longest");
  line("wheel: frames over 50 ms", "over50", "");
  line("wheel: frames", "frames", "");
  const { requests } = results[0];
  console.log(`${requests.length} requests until the first row of a reload, ${Math.round(requests.reduce((sum, { size }) => sum + size, 0) / 1000)} kB:`);
  for (const { name, from, to, size } of requests) console.log(`  ${String(from).padStart(5)} to ${String(to).padStart(5)} ms ${String(size).padStart(7)} B  ${name}`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ many, slowed: options.slowed, results }, null, 1));
} finally {
  await browser.close();
  await facteur.stop();
}
