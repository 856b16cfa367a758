// What a program on imapflow does with a mailbox. Run by imapflow_test.py, which starts the server.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Jmap } from "../browser/lib/jmap.mjs";
import { message, pdf } from "../browser/lib/messages.mjs";
import { deliver } from "../browser/lib/smtp.mjs";

const require = createRequire(new URL("../../webui/package.json", import.meta.url));
const { ImapFlow } = require("imapflow");
const { ports, certificate, accounts } = JSON.parse(process.env.FACTEUR_GIVEN);
const [[user, password]] = Object.entries(accounts);
const ca = readFileSync(certificate);
const crlf = (text) => text.replace(/\r?\n/g, "\r\n");

/** A client that is signed in. */
async function signIn() {
  const client = new ImapFlow({
    host: "127.0.0.1",
    port: ports.imaps,
    secure: true,
    servername: "localhost",
    tls: { ca },
    auth: { user, pass: password },
    qresync: true,
    logger: false,
  });
  await client.connect();
  return client;
}

async function collect(messages) {
  const found = [];
  for await (const one of messages) found.push(one);
  return found;
}

let client;
let jmap;
before(async () => {
  jmap = await Jmap.connect(`http://127.0.0.1:${ports.http}`, user, password);
  client = await signIn();
});
after(() => client?.logout());

test("it signs in by TLS, compresses, and has QRESYNC", () => {
  assert.ok(client.enabled.has("QRESYNC") && client.enabled.has("CONDSTORE"), [...client.enabled].join());
  assert.ok(client._inflate, "COMPRESS=DEFLATE is on");
  assert.ok(client.serverInfo.name, JSON.stringify(client.serverInfo));
  assert.equal(client.namespace.delimiter, "/");
});

test("folders are listed with their use and status", async () => {
  await client.mailboxCreate(["Projets", "Été & hiver"]);
  const folders = await client.list({ statusQuery: { messages: true, unseen: true, uidNext: true, highestModseq: true } });
  const uses = Object.fromEntries(folders.filter(({ specialUse }) => specialUse).map(({ specialUse, path }) => [specialUse, path]));
  for (const [use, role] of [
    ["\\Drafts", "drafts"],
    ["\\Sent", "sent"],
    ["\\Trash", "trash"],
    ["\\Junk", "junk"],
    ["\\Archive", "archive"],
  ])
    assert.equal(uses[use], (await jmap.mailbox(role)).name);
  assert.ok(folders.some(({ path }) => path === "Projets/Été & hiver"));
  for (const { path, status, subscribed } of folders) {
    assert.equal(status.messages, 0, path);
    assert.ok(status.uidNext >= 1 && typeof status.highestModseq === "bigint" && subscribed, path);
  }
});

const documents = crlf(
  message({
    subject: "Réunion de rentrée",
    text: "Voilà l'ordre du jour.",
    to: user,
    id: "documents@x",
    parts: [{ type: "application/pdf", name: "programme.pdf", content: pdf }],
  }),
);

test("what is appended comes back: envelope, structure, parts, source", async () => {
  const when = new Date("2026-03-01T08:30:00Z");
  const { uid, uidValidity } = await client.append("INBOX", documents, ["\\Seen", "$Important"], when);
  const opened = await client.mailboxOpen("INBOX");
  assert.deepEqual([opened.exists, opened.uidValidity], [1, uidValidity]);
  assert.equal(opened.mailboxId, (await jmap.mailbox("inbox")).id);
  const found = await client.fetchOne(
    uid,
    {
      envelope: true,
      bodyStructure: true,
      flags: true,
      source: true,
      internalDate: true,
      size: true,
      threadId: true,
      headers: ["subject"],
      bodyParts: ["1", "2.mime"],
    },
    { uid: true },
  );
  assert.equal(found.source.toString(), documents);
  assert.equal(found.size, documents.length);
  assert.equal(found.envelope.subject, "Réunion de rentrée");
  assert.deepEqual(found.envelope.from[0], { name: "Paul Durand", address: "paul.durand@dehors.test" });
  assert.deepEqual([...found.flags].sort(), ["$Important", "\\Seen"]);
  assert.equal(found.internalDate.getTime(), when.getTime());
  assert.deepEqual(
    found.bodyStructure.childNodes.map(({ type }) => type),
    ["text/plain", "application/pdf"],
  );
  assert.match(found.headers.toString(), /^Subject: /);
  assert.match(found.bodyParts.get("2.mime").toString(), /programme\.pdf/);
  const [email] = await jmap.emails("inbox", ["id", "threadId", "keywords"]);
  assert.deepEqual([found.emailId, found.threadId], [email.id, email.threadId]);
  assert.deepEqual(email.keywords, { $seen: true, $important: true });

  const { meta, content } = await client.download(uid, "2", { uid: true });
  assert.deepEqual([meta.filename, meta.contentType], ["programme.pdf", "application/pdf"]);
  assert.deepEqual(Buffer.concat(await collect(content)), pdf);
});

const count = 120;

test("many are fetched as a stream", async () => {
  await client.messageDelete("1:*");
  await jmap.import(
    Array.from({ length: count }, (_, n) => ({
      message: message({ subject: `Lettre ${n}`, text: n % 3 ? "Bonjour." : `L'œuvre numéro ${n}.` }),
    })),
  );
  await client.noop();
  assert.equal(client.mailbox.exists, count);
  const seen = await collect(client.fetch("1:*", { envelope: true, flags: true, source: { maxLength: 5 } }));
  assert.deepEqual(
    seen.map(({ seq }) => seq),
    Array.from({ length: count }, (_, n) => n + 1),
  );
  assert.equal(new Set(seen.map(({ envelope }) => envelope.subject)).size, count);
  assert.ok(seen.every(({ source, flags }) => source.toString() === "From:" && flags.size === 0));
});

test("search: words, accents, flags, dates, headers, alternatives", async () => {
  const subjects = async (query) => {
    const uids = await client.search(query, { uid: true });
    return uids.length ? (await client.fetchAll(uids, { envelope: true }, { uid: true })).map(({ envelope }) => envelope.subject) : [];
  };
  assert.deepEqual(await subjects({ subject: "Lettre 119" }), ["Lettre 119"]);
  assert.equal((await subjects({ body: "œuvre" })).length, count / 3);
  assert.equal((await subjects({ not: { body: "œuvre" } })).length, (2 * count) / 3);
  assert.equal((await subjects({ unseen: true, since: new Date(Date.now() - 86_400_000), larger: 10 })).length, count);
  assert.deepEqual((await subjects({ or: [{ subject: "Lettre 17" }, { header: { subject: "ttre 23" } }] })).length, 2);
  assert.deepEqual(await subjects({ seen: true }), []);
});

test("flags and moves are JMAP's too", async () => {
  const one = async (subject) => (await jmap.call("Email/query", { filter: { subject } })).ids[0];
  const [first, second] = await client.search({ or: [{ seq: "1" }, { seq: "2" }] }, { uid: true });
  await client.messageFlagsAdd(`${first}`, ["\\Flagged", "devoirs"], { uid: true });
  const moved = await client.messageMove(`${second}`, "Projets/Été & hiver", { uid: true });
  assert.deepEqual([moved.destination, moved.uidMap.get(second)], ["Projets/Été & hiver", 1]);
  const copied = await client.messageCopy(`${first}`, "Projets/Été & hiver", { uid: true });
  assert.equal(copied.uidMap.get(first), 2);
  const { id: folder } = await jmap.mailbox("Été & hiver");
  const { id: inbox } = await jmap.mailbox("inbox");
  const emails = await jmap.emails("Été & hiver");
  assert.equal(emails.length, 2);
  const marked = emails.find(({ keywords }) => keywords.$flagged);
  assert.deepEqual(marked.keywords, { $flagged: true, devoirs: true });
  assert.deepEqual(marked.mailboxIds, { [inbox]: true, [folder]: true });
  assert.deepEqual(emails.find(({ id }) => id !== marked.id).mailboxIds, { [folder]: true });
  assert.ok(await one("Lettre 3"));
});

test("IDLE tells of a letter by SMTP, of a flag and of an end by JMAP", async () => {
  const told = (name, what) =>
    once(client, name, { signal: AbortSignal.timeout(60_000) }).then(
      ([event]) => event,
      () => assert.fail(`not told: ${what}`),
    );
  await client.mailboxOpen("INBOX"); // imapflow does not count down when it hears VANISHED
  const idling = client.idle();
  let wait = told("exists", "a new letter");
  await deliver(ports.smtp, "paul@dehors.test", user, message({ subject: "Toute fraîche", to: user }));
  const { count: now, prevCount } = await wait;
  assert.equal(now, prevCount + 1);
  const fresh = (await jmap.emails("inbox")).find(({ subject }) => subject === "Toute fraîche");

  wait = told("flags", "a flag");
  await jmap.call("Email/set", { update: { [fresh.id]: { "keywords/$seen": true } } });
  const { flags, modseq } = await wait;
  assert.ok(flags.has("\\Seen") && modseq > 0n);

  wait = told("expunge", "an end");
  await jmap.call("Email/set", { destroy: [fresh.id] });
  const gone = await wait;
  assert.ok(gone.vanished && gone.uid > 0 && !gone.earlier, JSON.stringify(gone));
  await client.noop(); // ends IDLE
  await idling;
});

test("QRESYNC brings up to date what JMAP changed meanwhile", async () => {
  const { uidValidity, highestModseq } = await client.mailboxOpen("INBOX");
  const before = await client.fetchAll("1:*", { uid: true, envelope: true }, { uid: true });
  await client.mailboxClose();
  const ids = before.map(({ emailId }) => emailId);
  await jmap.call("Email/set", {
    destroy: ids.slice(10, 20),
    update: Object.fromEntries(ids.slice(30, 35).map((id) => [id, { "keywords/$answered": true }])),
  });
  await jmap.import([{ message: message({ subject: "Entre-temps" }) }]);

  const changed = [];
  const ended = [];
  const onFlags = ({ uid, flags }) => changed.push([uid, flags.has("\\Answered")]);
  const onEnd = ({ uid, earlier }) => ended.push([uid, earlier]);
  client.on("flags", onFlags);
  client.on("expunge", onEnd);
  const opened = await client.mailboxOpen("INBOX", { changedSince: highestModseq, uidValidity });
  client.off("flags", onFlags);
  client.off("expunge", onEnd);
  const uids = before.map(({ uid }) => uid);
  assert.ok(opened.qresync && opened.exists === before.length - 10 + 1, JSON.stringify(opened.exists));
  assert.deepEqual(
    ended,
    uids.slice(10, 20).map((uid) => [uid, true]),
  );
  assert.deepEqual(
    changed.slice(0, 5),
    uids.slice(30, 35).map((uid) => [uid, true]),
  );
  assert.equal(changed.length, 6, "the new letter is told as well");

  const since = await client.fetchAll("1:*", { flags: true, envelope: true }, { uid: true, changedSince: highestModseq });
  assert.deepEqual(since.map(({ envelope }) => envelope.subject).filter((subject) => subject === "Entre-temps").length, 1);
  assert.equal(since.length, 6);
});

test("a second client sees what the first does, and quota and folders are managed", async () => {
  const second = await signIn();
  try {
    await second.mailboxOpen("Projets/Été & hiver");
    await client.mailboxRename("Projets/Été & hiver", ["Projets", "Automne"]);
    assert.ok((await second.list()).some(({ path }) => path === "Projets/Automne"));
    await client.mailboxUnsubscribe("Projets/Automne");
    assert.ok(!(await second.list()).find(({ path }) => path === "Projets/Automne").subscribed);
    const { storage } = await client.getQuota("INBOX");
    assert.ok(storage.usage > 0, JSON.stringify(storage));
    await second.mailboxClose();
    await client.mailboxDelete("Projets/Automne");
    assert.equal(
      (await second.list()).some(({ path }) => path === "Projets/Automne"),
      false,
    );
    await assert.rejects(client.mailboxOpen("Projets/Automne"), ({ serverResponseCode }) => serverResponseCode === "NONEXISTENT");
  } finally {
    await second.logout();
  }
});
