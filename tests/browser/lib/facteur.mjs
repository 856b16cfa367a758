// Starts a Facteur of its own on a temporary folder. For tests on loopback only.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Jmap } from "./jmap.mjs";
import { deliver } from "./smtp.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const binary = process.env.FACTEUR ?? join(root, "build/release/facteur");

export const domain = "academie.test";
export const password = "correct horse battery";
export const people = {
  camille: { address: `camille.martin@${domain}`, name: "Camille Martin" },
  lea: { address: `lea.bernard@${domain}`, name: "Léa Bernard" },
};

const listening = (port, host) =>
  new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(null));
    server.listen(port, host, () => resolve(server));
  });

/**
 * A port that no other test takes while this process runs (held on another address of loopback, as tests/lib/facteur.py
 * does), below those that the system gives to outgoing connections.
 */
async function freePort() {
  for (let tries = 0; tries < 1000; tries += 1) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const mark = await listening(port, "127.0.0.2");
    if (!mark) continue;
    mark.unref();
    const probe = await listening(port, "127.0.0.1");
    if (!probe) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
  throw new Error("no free port");
}

/**
 * Starts a server with the accounts of `people`; `stop` must be called. A folder that is given is kept for the next time;
 * `config` is added to its configuration.
 */
export async function startFacteur({ folder: kept, config: more = "" } = {}) {
  const folder = kept ?? mkdtempSync(join(tmpdir(), "facteur-browser-"));
  mkdirSync(folder, { recursive: true });
  const isNew = !existsSync(join(folder, "data"));
  const config = join(folder, "facteur.toml");
  const ports = {};
  for (const name of ["smtp", "http", "admin"]) ports[name] = await freePort();
  writeFileSync(
    config,
    `domain = "${domain}"
[store]
path = "${folder}/data"
shards = 2
[listen]
${Object.entries(ports)
  .map(([name, port]) => `${name} = ["127.0.0.1:${port}"]`)
  .join("\n")}
submission = []
submissions = []
lmtp = []
https = []
[auth]
plaintext_on_loopback = true
${more}
`,
  );
  const csv = join(folder, "accounts.csv");
  const lines = Object.values(people).map(({ address, name }) => `${address},${name},${password}`);
  writeFileSync(csv, `address,name,password\n${lines.join("\n")}\n`);

  const run = (...arguments_) => {
    const result = spawnSync(binary, [...arguments_, "--config", config], { encoding: "utf8", timeout: 300_000 });
    if (result.error) throw result.error;
    if (result.status !== 0) throw new Error(`facteur ${arguments_.join(" ")}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  if (isNew) run("account", "import", csv);

  const logFile = join(folder, "server.log");
  let child = null;
  const log = () => readFileSync(logFile, "utf8").slice(-4000);
  const start = async () => {
    const output = openSync(logFile, "a");
    child = spawn(binary, ["serve", "--config", config], { stdio: ["ignore", output, output] });
    for (let tries = 0; tries < 1500; tries += 1) {
      if (child.exitCode !== null) break;
      const ready = await fetch(`http://127.0.0.1:${ports.admin}/readyz`).catch(() => null);
      if (ready?.ok) return;
      await pause(20);
    }
    throw new Error(`the server did not become ready:\n${log()}`);
  };
  const halt = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  await start();

  return {
    folder,
    url: `http://127.0.0.1:${ports.http}`,
    run,
    log,
    /** A JMAP client of its own for one of `people`. */
    jmap: (person) => Jmap.connect(`http://127.0.0.1:${ports.http}`, person.address, password),
    /** Hands a message in by SMTP, as another server would. */
    deliver: (message, to = people.camille.address, from = "expediteur@dehors.test") =>
      deliver(ports.smtp, from, to, message),
    halt,
    start,
    async stop() {
      await halt();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
