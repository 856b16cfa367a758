"""Thunderbird without a screen: it finds its settings by itself, synchronises, searches, marks, moves, hears of new mail and sends."""

import pathlib
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402
from marionette import Marionette  # noqa: E402
from outside import until  # noqa: E402

ANNE, BRUNO, PASSWORD = "anne@academie.test", "bruno@academie.test", "le mot de passe"


class Proxy:
    """Leads every HTTPS connection to Facteur's port, so that Thunderbird finds it at port 443 of the domain."""

    def __init__(self, port: int):
        self.to = port
        self.asked: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._lead, args=(near,), daemon=True).start()

    def _lead(self, near: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = near.recv(4096)
            if not data:
                return near.close()
            head += data
        self.asked.append(head.split()[1].decode())
        if not head.startswith(b"CONNECT academie.test:443 "):
            near.sendall(b"HTTP/1.1 502 Not here\r\nContent-Length: 0\r\n\r\n")
            return near.close()
        far = socket.create_connection(("127.0.0.1", self.to))
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=self._copy, args=(far, near), daemon=True).start()
        self._copy(near, far)

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self) -> None:
        self.socket.close()


def preferences(proxy: Proxy) -> dict:
    return {
        "network.dns.localDomains": "academie.test",
        "network.proxy.type": 1,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxy.port,
        "mail.provider.suppress_dialog_on_startup": True,
        "mail.spotlight.firstRunDone": True,
        "mailnews.start_page.enabled": False,
        "mail.shell.checkDefaultClient": False,
        "mail.accounthub.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.enabled": False,
        "app.update.disabledForTesting": True,
        "extensions.update.enabled": False,
        "mailnews.auto_config_url": "",
    }


PRELUDE = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const until = async (what, probe) => {
  for (const end = Date.now() + 150000; ; ) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error("waited in vain: " + what);
    await new Promise((resolve) => window.setTimeout(resolve, 50));
  }
};
const account = () => MailServices.accounts.accounts.find(({ incomingServer }) => incomingServer.type === "imap");
const root = () => account().incomingServer.rootFolder;
const inbox = () => root().getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const folder = (name) => root().descendants.find((one) => one.name === name);
const header = (subject, place = inbox()) => [...place.messages].find((one) => one.mime2DecodedSubject === subject);
const told = (begin) =>
  new Promise((resolve, reject) => {
    const end = (status) => (status === 0 ? resolve() : reject(new Error("status " + status.toString(16))));
    begin({
      QueryInterface: ChromeUtils.generateQI(["nsIUrlListener", "nsIMsgCopyServiceListener", "nsIMsgSendListener"]),
      OnStartRunningUrl() {}, OnStopRunningUrl: (url, status) => end(status),
      onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() { return null; }, onStopCopy: end,
      onStartSending() {}, onSendProgress() {}, onStatus() {}, onGetDraftFolderURI() {},
      onStopSending(id, status) { if (status !== 0) end(status); }, // the copy in the folder of what was sent comes after it
      onSendNotPerformed: (id, status) => end(status || 1), onTransportSecurityError: () => end(1),
    });
  });
"""


class Thunderbird(Marionette):
    def do(self, script: str, **given):
        return self.run(PRELUDE + script, **given)


def letter(subject: str, text: str) -> bytes:
    return (
        f"From: Paul Durand <paul@dehors.test>\r\nTo: {ANNE}\r\nSubject: {subject}\r\nMessage-ID: <{len(text)}.{subject.encode().hex()}@dehors.test>\r\n"
        f"Date: Sat, 28 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    ).encode()


def trust(server: Server, program: Thunderbird) -> None:
    """The certificate is self-signed; somebody has said that it will do."""
    pem = (server.folder / "data/certificate.pem").read_text()
    program.do(
        """
        const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
        const overrides = Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService);
        for (const port of ports) overrides.rememberValidityOverride("academie.test", port, {}, database.constructX509FromBase64(certificate), false);
        """,
        certificate="".join(line for line in pem.splitlines() if not line.startswith("-")),
        ports=[443, server.ports["imaps"], server.ports["submissions"]],
    )


def check_setup(server: Server, program: Thunderbird, proxy: Proxy) -> None:
    found = program.do(
        """
        const { FetchConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FetchConfig.sys.mjs");
        const { AccountConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/AccountConfig.sys.mjs");
        const { CreateInBackend } = ChromeUtils.importESModule("resource:///modules/accountcreation/CreateInBackend.sys.mjs");
        // It gives up after some seconds, which may be too few on a busy machine.
        const config = await until("a configuration", () => FetchConfig.fromISP("academie.test", address, new AbortController().signal).catch(() => null));
        AccountConfig.replaceVariables(config, "Anne Moreau", address, password);
        config.incoming.password = config.outgoing.password = password;
        await CreateInBackend.createAccountInBackend(config);
        account().incomingServer.password = MailServices.outgoingServer.defaultServer.password = password;
        return [config.incoming, config.outgoing].map(({ hostname, port, socketType, username }) => [hostname, port, socketType === Ci.nsMsgSocketType.SSL, username]);
        """,
        address=ANNE, password=PASSWORD,
    )
    assert found == [["academie.test", server.ports["imaps"], True, ANNE], ["academie.test", server.ports["submissions"], True, ANNE]], found
    assert "academie.test:443" in proxy.asked, proxy.asked


def check_reading(program: Thunderbird) -> None:
    uses = program.do(
        """
        for (let asked = 0; !folder("Corbeille") && asked < 20; asked += 1) {
          account().incomingServer.performExpand(window.msgWindow);
          await new Promise((resolve) => window.setTimeout(resolve, 5000));
        }
        inbox().updateFolder(null);
        await until("headers", () => [...inbox().messages].length === 3);
        // It may be fetching them already.
        await told((listener) => inbox().downloadAllForOffline(listener, null)).catch(() => null);
        await until("bodies", () => [...inbox().messages].every((one) => one.flags & Ci.nsMsgMessageFlags.Offline));
        const { SentMail, Drafts, Trash, Junk, Archive } = Ci.nsMsgFolderFlags;
        return [SentMail, Drafts, Trash, Junk, Archive].map((flag) => root().getFolderWithFlags(flag)?.name);
        """
    )
    assert uses == ["Envoyés", "Brouillons", "Corbeille", "Indésirables", "Archives"], uses
    kept = b"".join(path.read_bytes() for path in program.profile.glob("ImapMail/*/INBOX"))
    assert "Les œuvres complètes.".encode() in kept, [path.name for path in program.profile.glob("ImapMail/*/*")]


def check_search(program: Thunderbird) -> None:
    found = program.do(
        """
        const search = (attribute, word) => new Promise((resolve, reject) => {
          const session = Cc["@mozilla.org/messenger/searchSession;1"].createInstance(Ci.nsIMsgSearchSession);
          session.addScopeTerm(Ci.nsMsgSearchScope.onlineMail, inbox());
          const term = session.createTerm();
          const value = term.value;
          value.attrib = attribute;
          value.str = word;
          Object.assign(term, { value, attrib: attribute, op: Ci.nsMsgSearchOp.Contains, booleanAnd: true });
          session.appendTerm(term);
          const found = [];
          session.registerListener({
            onNewSearch() {}, onSearchHit: (hit) => found.push(hit.mime2DecodedSubject),
            onSearchDone: (status) => (status === 0 ? resolve(found.sort()) : reject(new Error("search " + status.toString(16)))),
          }, Ci.nsIMsgSearchSession.allNotifications);
          session.search(null);
        });
        const { Body, Subject, Sender } = Ci.nsMsgSearchAttrib;
        return [await search(Body, "œuvres"), await search(Subject, "ttre 3"), await search(Sender, "paul@dehors")];
        """
    )
    assert found == [["lettre 2"], ["lettre 3"], ["lettre 1", "lettre 2", "lettre 3"]], found


def check_changes(server: Server, program: Thunderbird) -> None:
    """Marks, a label, a folder, a move and a removal, as JMAP sees them."""
    program.do(
        """
        const [first, second, third] = ["lettre 1", "lettre 2", "lettre 3"].map((subject) => header(subject));
        inbox().markMessagesFlagged([first], true);
        inbox().markMessagesRead([second], true);
        inbox().addKeywordsToMessages([second], "$label1");
        root().createSubfolder("Projets été", null);
        const made = await until("a folder", () => folder("Projets été"));
        await told((listener) => MailServices.copy.copyMessages(inbox(), [third], made, true, listener, null, false));
        await until("moved away", () => !header("lettre 3"));
        made.updateFolder(null);
        await until("moved there", () => header("lettre 3", made));
        await told((listener) => inbox().deleteMessages([first], null, false, true, listener, false));
        """
    )
    jmap = server.jmap(ANNE)
    names = {one["id"]: one["name"] for one in jmap.call("Mailbox/get", ids=None)["list"]}

    def state() -> dict:
        emails = jmap.emails(["subject", "keywords", "mailboxIds"])
        return {one["subject"]: (sorted(one["keywords"]), [names[place] for place in one["mailboxIds"]]) for one in emails}

    wanted = {
        "lettre 1": (["$flagged"], ["Corbeille"]),
        "lettre 2": (["$label1", "$seen"], ["Réception"]),
        "lettre 3": ([], ["Projets été"]),
    }
    until(f"{wanted}", lambda: state() == wanted)


def check_news(server: Server, program: Thunderbird) -> None:
    """New mail comes by IDLE, whether it came before that began, as it did, or after."""
    program.do("inbox().updateFolder(null);")
    with server.smtp() as smtp:
        smtp.sendmail("paul@dehors.test", [ANNE], letter("toute fraîche", "Bonjour"))
    program.do("""await until("new mail", () => header("toute fraîche"));""")


def check_sending(server: Server, program: Thunderbird) -> None:
    text = "Bonjour Bruno,\r\n\r\nvoici l'œuvre.\r\n.\r\n..fin\r\n"
    program.do(
        """
        const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
        const identity = account().defaultIdentity;
        Object.assign(fields, { from: identity.email, to: recipient, subject: "De Thunderbird, été", body: text });
        const send = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
        await told((listener) => send.createAndSendMessage(
          null, identity, "", fields, false, false, Ci.nsIMsgSend.nsMsgDeliverNow, null, "text/plain", text,
          window, null, listener, "", "", Ci.nsIMsgCompType.New));
        """,
        recipient=BRUNO, text=text,
    )
    properties = ["subject", "from", "bodyValues", "textBody"]
    bruno = server.jmap(BRUNO)
    ids = until("the letter", lambda: bruno.call("Email/query")["ids"])
    (email,) = bruno.call("Email/get", ids=ids, properties=properties, fetchTextBodyValues=True)["list"]
    assert email["subject"] == "De Thunderbird, été" and email["from"][0]["email"] == ANNE, email
    assert email["bodyValues"][email["textBody"][0]["partId"]]["value"] == text.replace("\r\n", "\n"), email
    anne = server.jmap(ANNE)
    sent = anne.emails(["subject", "keywords"], filter={"inMailbox": anne.mailboxes()["sent"]})
    assert [(one["subject"], one["keywords"]) for one in sent] == [("De Thunderbird, été", {"$seen": True})], sent


def main() -> None:
    server = Server({ANNE: PASSWORD, BRUNO: PASSWORD})
    proxy = Proxy(server.ports["https"])
    try:
        server.start()
        with server.smtp() as smtp:
            for subject, text in (("lettre 1", "Un texte."), ("lettre 2", "Les œuvres complètes."), ("lettre 3", "Fin.")):
                smtp.sendmail("paul@dehors.test", [ANNE], letter(subject, text))
        program = Thunderbird("thunderbird", server.folder / "thunderbird", preferences(proxy))
        try:
            trust(server, program)
            check_setup(server, program, proxy)
            check_reading(program)
            check_search(program)
            check_changes(server, program)
            check_news(server, program)
            check_sending(server, program)
        finally:
            program.close()
        assert server.stop() == 0
        server.run("check")
    finally:
        proxy.close()
        server.close()


main()
