#!/usr/bin/env python3
"""Letters leave: by DNS (dnsmasq) to a Debian Postfix, to smart hosts, put off, bounced, over restarts."""

import datetime
import email
import email.policy
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import outside  # noqa: E402
from dnsmasq import Dnsmasq  # noqa: E402
from facteur import Server, free_port  # noqa: E402
from nasty_mx import NastyMx, Peer  # noqa: E402
from outside import until  # noqa: E402
from postfix import Postfix  # noqa: E402
from raw_http import EventSource, Wire, basic  # noqa: E402
from runner import run  # noqa: E402

ANNE, PIERRE, PASSWORD = "anne@academie.test", "pierre@academie.test", "chataigne-1"
CLAIRE = "claire@dehors.test"
SLOW = "127.0.0.5"


class World:
    """What is outside: names, a mail server that keeps the mail of dehors.test, and one that is down at first."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facteur-outside-"))
        self.folder.chmod(0o755)
        self.certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", self.certificate,
             "-subj", "/CN=mx.dehors.test", "-addext", "subjectAltName=DNS:mx.dehors.test"], check=True, capture_output=True)
        self.tls = f"smtpd_tls_cert_file = {self.certificate}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_security_level = may\nsmtpd_tls_received_header = yes\n"
        self.dns = Dnsmasq(
            "--mx-host=dehors.test,dead.dehors.test,5", "--mx-host=dehors.test,mx.dehors.test,10",
            "--host-record=mx.dehors.test,127.0.0.1", "--host-record=dead.dehors.test,127.0.0.3",
            "--host-record=seul.test,127.0.0.1", "--dns-rr=muet.test,15,000000",
            "--mx-host=lent.test,lent.dehors.test,5", f"--host-record=lent.dehors.test,{SLOW}",
            "--mx-host=nous.test,academie.test,10", "--mx-host=mort.test,dead.dehors.test,10",
        )
        self.port, self.relay_port = free_port(), free_port()
        self.postfix: Postfix | None = None
        self.passwords = {}
        for name, password in (("right", "myrtille-3"), ("wrong", "cassis-4")):
            self.passwords[name] = self.folder / name
            self.passwords[name].write_text(password + "\n")

    def open(self) -> Postfix:
        self.postfix = Postfix({}, (CLAIRE, "zoe@seul.test", "marc@requis.test"), self.tls, self.port)
        return self.postfix

    def open_relay(self) -> Postfix:
        """One that takes mail from whoever signs in as "relay", and from nobody else."""
        users = self.folder / "users"
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", users, "-u", "relais.test", "relay"],
                       input=self.passwords["right"].read_bytes().strip(), check=True, capture_output=True)
        shutil.chown(users, "postfix")
        return Postfix({}, ("luc@relais.test", "luc@faux.test"), self.tls + (
            "smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only = yes\n"
            "smtpd_sasl_local_domain = relais.test\nsmtpd_recipient_restrictions = permit_sasl_authenticated, reject\n"
            "smtpd_sasl_authenticated_header = yes\n"), self.relay_port, sasl=(
                f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {users}\nmech_list: SCRAM-SHA-256 PLAIN\n"))

    def close(self) -> None:
        if self.postfix:
            self.postfix.close()
        self.dns.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mail(self, address: str, subject: str) -> list[email.message.EmailMessage]:
        messages = [email.message_from_bytes(octets, policy=email.policy.default) for octets in self.postfix.mail(address)]
        return [message for message in messages if message["Subject"] == subject]


def send(server: Server, to: list[str], subject: str, text: str = "Bonjour à tous.") -> str:
    return outside.send(server, ANNE, to, subject, text)


def status(server: Server, submission: str, address: str) -> dict:
    return outside.status(server, ANNE, submission, address)


def reports(server: Server, subject: str) -> list[str]:
    jmap = server.jmap(ANNE)
    return [jmap.request("GET", f"/jmap/download/{jmap.account}/{found['blobId']}/m.eml").decode()
            for found in jmap.emails(["subject", "blobId"]) if found["subject"].endswith(f": {subject}")]


def test_put_off_while_nobody_answers_then_delivered(server: Server, world: World):
    submission = send(server, [CLAIRE, PIERRE], "first late")
    late = until("nothing was tried", lambda: status(server, submission, CLAIRE)["smtpReply"].startswith("451 4.4.1"))
    assert late and status(server, submission, CLAIRE)["delivered"] == "queued"
    assert status(server, submission, PIERRE)["delivered"] == "yes", "local delivery waited for a remote one"
    world.open()
    server.run("queue", "retry", "--to", "dehors.test")
    until("it does not arrive", lambda: world.mail(CLAIRE, "first late"))
    until("it is not told", lambda: status(server, submission, CLAIRE)["delivered"] == "unknown")


def test_by_mx_past_a_dead_one_under_tls(server: Server, world: World):
    submission = send(server, [CLAIRE], "by mx", "Réunion à l'école\n.\n..\n.fin\n" + "x" * 3000)
    message = until("it does not arrive", lambda: world.mail(CLAIRE, "by mx"))[0]
    assert message.get_content().split() == ("Réunion à l'école . .. .fin " + "x" * 3000).split()
    assert message["Return-Path"] == f"<{ANNE}>" and "using TLSv1.3" in message["Received"], message["Received"]
    told = until("it is not told", lambda: (s := status(server, submission, CLAIRE))["delivered"] == "unknown" and s)
    assert told["smtpReply"].startswith("250 2.0.0 Ok: ") and told["smtpReply"].endswith("(mx.dehors.test, TLSv1.3)"), told


def test_by_address_when_there_is_no_mx(server: Server, world: World):
    send(server, ["zoe@seul.test"], "by address")
    until("it does not arrive", lambda: world.mail("zoe@seul.test", "by address"))


def test_a_smart_host_with_a_password(server: Server, world: World):
    relay = world.open_relay()
    try:
        send(server, ["luc@relais.test"], "signed in")
        arrived = until("it does not arrive", lambda: relay.mail("luc@relais.test"))
        assert b"(Authenticated sender: relay" in arrived[0] and b"ESMTPSA" in arrived[0], arrived[0][:1000]
        assert "sasl_method=SCRAM-SHA-256" in relay.log(), relay.log()[-3000:]
        # With a wrong password nothing is lost: it waits until somebody corrects it.
        submission = send(server, ["luc@faux.test"], "not signed in")
        told = until("nothing was tried", lambda: (s := status(server, submission, "luc@faux.test")) and "Queued" not in s["smtpReply"] and s)
        assert told["delivered"] == "queued" and "uthentication fail" in told["smtpReply"], told
        world.passwords["wrong"].write_text(world.passwords["right"].read_text())
        server.kill()
        server.start()
        server.run("queue", "retry", "--to", "faux.test")
        until("it does not arrive", lambda: relay.mail("luc@faux.test"))
    except BaseException:
        print(relay.log()[-3000:], file=sys.stderr)
        raise
    finally:
        relay.close()


def test_what_cannot_go_comes_back(server: Server, world: World):
    expected = {"nobody@dehors.test": "5.1.1", "x@muet.test": "5.1.10", "x@absent.test": "5.1.2", "x@nous.test": "5.4.6"}
    submission = send(server, [*expected, CLAIRE], "comes back")
    until("it does not arrive", lambda: world.mail(CLAIRE, "comes back"))
    for address, code in expected.items():
        until(f"{address} does not come back", lambda: any(
            f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {code}\r\n" in report
            for report in reports(server, "comes back")))
        assert status(server, submission, address)["delivered"] == "no"


def test_tls_that_is_required(server: Server, world: World):
    submission = send(server, ["marc@requis.test"], "required")
    until("it does not arrive", lambda: world.mail("marc@requis.test", "required"))
    refused = send(server, ["marc@autre.test"], "not under this name")
    reply = until("it was not tried", lambda: (s := status(server, refused, "marc@autre.test")["smtpReply"]).startswith("451 4.7.5") and s)
    assert "(127.0.0.1)" in reply
    assert status(server, submission, "marc@requis.test")["smtpReply"].endswith("(mx.dehors.test, TLSv1.3)")


def test_mail_programs_and_machines_send_too(server: Server, world: World):
    def swaks(subject: str, *options: str) -> None:
        result = subprocess.run(
            ["swaks", "--server", "127.0.0.1", "--to", f"{CLAIRE},{PIERRE}", "--header", f"Subject: {subject}", *options],
            capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr

    swaks("by 587", "--port", str(server.ports["submission"]), "--from", ANNE, "--tls", "--auth", "PLAIN", "--auth-user", ANNE,
          "--auth-password", PASSWORD)
    swaks("by relay", "--port", str(server.ports["smtp"]), "--from", "scanner@salle12.test")
    for subject in ("by 587", "by relay"):
        message = until(f"{subject} does not arrive", lambda: world.mail(CLAIRE, subject))[0]
        assert len(message.get_all("Return-Path")) == 1
        assert subject in [found["subject"] for found in server.jmap(PIERRE).emails(["subject"])]
    swaks("program comes back", "--port", str(server.ports["submission"]), "--from", ANNE, "--tls", "--auth", "PLAIN", "--auth-user",
          ANNE, "--auth-password", PASSWORD, "--to", "nobody@dehors.test")
    until("it does not come back", lambda: reports(server, "program comes back"))


VERIFY = """
import json, sys, dkim
records = json.loads(sys.argv[1])
verifier = dkim.DKIM(sys.stdin.buffer.read())
ask = lambda name, timeout=5: records.get(name.decode().rstrip(".") if isinstance(name, bytes) else name.rstrip("."), "").encode()
sys.exit(0 if all(verifier.verify(idx=n, dnsfunc=ask) for n in range(2)) else 1)
"""


def dkim_records(server: Server) -> dict[str, str]:
    records = {}
    for line in server.run("dkim", "show").stdout.splitlines():
        name, _, text = line.partition(". IN TXT ")
        records[name] = "".join(text.strip('"').split('" "'))
    return records


def is_signed(records: dict[str, str], octets: bytes) -> bool:
    verify = ["/usr/bin/python3", "-c", VERIFY, json.dumps(records)]
    result = subprocess.run(verify, input=octets, capture_output=True, timeout=60)
    assert not result.stderr or b"ValidationError" in result.stderr, result.stderr.decode()
    return result.returncode == 0


def test_what_leaves_is_signed(server: Server, world: World):
    records = dkim_records(server)
    assert set(records) == {"t1._domainkey.academie.test", "t2._domainkey.academie.test"}, records
    assert server.run("dkim", "new", "t1", check=False).returncode == 1, "a key was overwritten"
    send(server, [CLAIRE], "signed – été", "Une ligne.\n.\n  deux  espaces  \n\n\n")
    until("it does not arrive", lambda: world.mail(CLAIRE, "signed – été"))
    octets = next(o for o in world.postfix.mail(CLAIRE) if b"Une ligne" in o)
    assert octets.count(b"DKIM-Signature:") == 2
    assert is_signed(records, octets)
    assert not is_signed(records, octets.replace(b"Une ligne", b"Une Ligne"))


def test_keys_change_without_a_restart(server: Server, world: World):
    config = server.config.read_text()

    def reload(text: str, word: str) -> None:
        seen = server.log().count(word)
        server.config.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        until("it was not reloaded", lambda: server.log().count(word) > seen)

    def signatures(subject: str) -> int:
        send(server, [CLAIRE], subject)
        return len(until("it does not arrive", lambda: world.mail(CLAIRE, subject))[0].get_all("DKIM-Signature", []))

    two = 'selectors = ["t1", "t2"]'
    reload(config.replace(two, 'selectors = ["t2"]'), "reloaded")
    assert signatures("one key") == 1
    reload(config.replace(two, 'selectors = ["missing"]'), "the DKIM keys were not reread")
    assert signatures("still one key") == 1
    reload(config, "reloaded")
    assert signatures("two keys") == 2


def queue(server: Server, *arguments: str) -> list | dict:
    return json.loads(server.run("queue", *arguments, "--json").stdout)


def test_the_queue_is_steered(server: Server, world: World):
    to = "x@autre.test"  # whose certificate is wrong
    submission = send(server, [to], "steered")
    found = until("it is not put off", lambda: [e for e in queue(server, "list", "--to", "autre.test")
                                                if e["recipients"][0]["address"] == to and e["attempts"] > 0])[0]
    assert found["state"] in ("deferred", "due") and found["sender"] == ANNE and found["account"] == ANNE and found["lastReply"]
    entry = found["id"]
    assert queue(server, "hold", entry) == {"found": 1, "changed": 1}
    assert queue(server, "show", entry)["state"] == "held"
    tried = queue(server, "show", entry)["attempts"]
    assert queue(server, "retry", entry)["changed"] == 0, "what is on hold was tried"
    assert server.stop() == 0
    assert queue(server, "show", entry)["state"] == "held", "the stopped server's queue"
    assert queue(server, "release", entry) == {"found": 1, "changed": 1}
    server.start()
    until("it is not tried again", lambda: queue(server, "show", entry)["attempts"] > tried)
    assert "autre.test" in server.run("queue", "list").stdout
    with Wire(server.ports["http"]) as wire:
        stream = EventSource(wire, "/jmap/eventsource/?types=EmailSubmission&closeafter=no&ping=0", basic(ANNE, PASSWORD))
        assert stream.head.status == 200
        assert queue(server, "drop", "--to", "autre.test")["changed"] >= 1
        assert list(stream.wait("state")["data"]["changed"].values())[0].keys() == {"EmailSubmission"}
    assert queue(server, "list", "--to", "autre.test") == []
    dropped = status(server, submission, to)
    assert abs(datetime.datetime.fromisoformat(dropped.pop("changedAt")[:-1] + "+00:00").timestamp() - time.time()) < 60
    assert dropped == {"smtpReply": "554 5.7.0 Taken out of the queue by an operator", "delivered": "no", "displayed": "unknown"}
    assert server.run("queue", "drop", entry, check=False).returncode == 1
    assert server.run("queue", "hold", check=False).returncode == 2
    with urllib.request.urlopen(f"http://127.0.0.1:{server.ports['admin']}/metrics", timeout=30) as answer:
        metrics = answer.read().decode()
    for name in ("facteur_queue_entries ", "facteur_queue_late_seconds ", 'facteur_outbound_recipients{how="sent"} '):
        assert f"\n{name}" in metrics, metrics


class SlowMx(NastyMx):
    """Answers a letter when it is told to."""

    def __init__(self, port: int):
        self.answers = threading.Semaphore(0)
        self.answer = "250 taken"
        super().__init__(SLOW, port, lambda peer, _: peer.take(reply=self.reply))

    def reply(self, peer: Peer, text: str) -> None:
        self.taken.append(text.encode())
        assert self.answers.acquire(timeout=60)
        peer.say(self.answer)


def test_a_letter_on_its_way_is_held_and_let_go(server: Server, world: World):
    to = "x@lent.test"
    slow = SlowMx(world.port)

    def sent_and_held(subject: str, letters: int) -> tuple[str, str]:
        submission = send(server, [to], subject)
        until("it does not leave", lambda: len(slow.taken) == letters)
        entry = queue(server, "list", "--to", "lent.test")[0]["id"]
        assert queue(server, "hold", entry)["changed"] == 1
        return submission, entry

    try:
        submission, entry = sent_and_held("let go", 1)
        time.sleep(1.5)  # another second than the one in which it became due
        assert queue(server, "release", entry)["changed"] == 1
        time.sleep(3)  # the queue looks at what is due each second
        assert len(slow.taken) == 1, "it was sent again while it was being sent"
        slow.answers.release()
        until("it is still there", lambda: queue(server, "list", "--to", "lent.test") == [])
        assert status(server, submission, to)["smtpReply"].startswith("250 taken")

        submission, entry = sent_and_held("held until it has arrived", 2)
        slow.answers.release()
        until("it is still there", lambda: queue(server, "list", "--to", "lent.test") == [])
        assert server.run("queue", "release", entry, check=False).returncode == 1

        submission, entry = sent_and_held("held and put off", 3)
        slow.answer = "451 later"
        slow.answers.release()
        until("it was not put off", lambda: queue(server, "show", entry)["attempts"] == 1)
        assert queue(server, "show", entry)["state"] == "held"
        slow.answer = "250 taken"
        slow.answers.release()
        assert queue(server, "release", entry)["changed"] == 1
        until("it is still there", lambda: queue(server, "list", "--to", "lent.test") == [])
        assert [text.count(b"Subject: held and put off") for text in slow.taken] == [0, 0, 1, 1]
    finally:
        slow.close()


def test_what_takes_no_8_bit_text_gets_it_encoded(server: Server, world: World):
    slow = SlowMx(world.port)  # announces nothing
    slow.answers.release()
    message = (f"From: {ANNE}\r\nTo: x@lent.test\r\nSubject: seven\r\nDate: Sun, 29 Nov 2026 10:00:00 +0000\r\n"
               "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
               "Un été à la mer.\r\n")
    try:
        with server.smtp() as client:
            client.sendmail(ANNE, ["x@lent.test"], message.encode(), mail_options=["BODY=8BITMIME"])
        until("it does not leave", lambda: slow.taken)
        octets = slow.taken[0]
        assert octets.isascii(), octets
        assert is_signed(dkim_records(server), octets), "encoded after it was signed"
        assert email.message_from_bytes(octets, policy=email.policy.default).get_content().strip() == "Un été à la mer."
        until("it is still there", lambda: queue(server, "list", "--to", "lent.test") == [])
    finally:
        slow.close()


def test_restarts_lose_nothing(server: Server, world: World):
    subjects = [f"restart {n}" for n in range(40)]
    for n, subject in enumerate(subjects):
        send(server, [CLAIRE, "x@mort.test"], subject)
        if n % 15 == 14:
            server.kill()
            server.run("check")
            server.start()
    until("not all arrive", lambda: all(world.mail(CLAIRE, subject) for subject in subjects), 120)
    twice = sum(len(world.mail(CLAIRE, subject)) - 1 for subject in subjects)
    # What was being sent when the server died may come again: at most one for each connection and kill.
    assert twice <= 2 * 5, f"{twice} came twice"
    server.kill()
    server.start()
    time.sleep(3)
    assert sum(len(world.mail(CLAIRE, subject)) for subject in subjects) == len(subjects) + twice, "sent again after it was confirmed"


def main():
    world = World()
    server = None
    try:
        server = Server({ANNE: PASSWORD, PIERRE: "noisette-2"}, extra=(
            f'[queue]\nresolver = "{world.dns.address}"\nport = {world.port}\nauthorities = "{world.certificate}"\n'
            f'[dkim]\nselectors = ["t1", "t2"]\n'
            f'[smtp]\nrelay_networks = ["127.0.0.0/8"]\n'
            f'[routes]\n"requis.test" = {{host = "mx.dehors.test:{world.port}", tls = "required"}}\n'
            f'"relais.test" = {{host = "mx.dehors.test:{world.relay_port}", tls = "required", user = "relay", password_file = "{world.passwords["right"]}"}}\n'
            f'"faux.test" = {{host = "mx.dehors.test:{world.relay_port}", tls = "required", user = "relay", password_file = "{world.passwords["wrong"]}"}}\n'
            f'"autre.test" = {{host = "127.0.0.1:{world.port}", tls = "required"}}\n'))
        server.run("dkim", "new", "t1")
        server.run("dkim", "new", "t2", "--type", "ed25519")
        server.start()
        run(globals(), server=server, world=world)
        assert server.stop() == 0, "SIGTERM did not end in exit 0"
        server.run("check")
    except BaseException:
        print(server.log()[-5000:] if server else "", world.postfix.log()[-3000:] if world.postfix else "", file=sys.stderr)
        raise
    finally:
        if server:
            server.close()
        world.close()


if __name__ == "__main__":
    main()
