#!/usr/bin/env python3
"""A Debian Postfix relays into Facteur by SMTP (with STARTTLS) and by LMTP: content, refusals, crashes in between."""

import email
import email.policy
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server  # noqa: E402
from postfix import Postfix  # noqa: E402
from runner import run  # noqa: E402

ANNE, PIERRE = "anne@academie.test", "pierre@academie.test"  # by SMTP, by LMTP


def message(subject: str, body: str = "Bonjour.", sender: str = "x@elsewhere.test", headers: str = "") -> bytes:
    return (f"From: <{sender}>\r\nTo: <{ANNE}>\r\nMessage-ID: <{subject}@elsewhere.test>\r\nSubject: {subject}\r\n"
            f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n{headers}\r\n{body}\r\n").encode()


def raw(server: Server, address: str, subject: str) -> list[bytes]:
    """The octets of every email with this subject."""
    jmap = server.jmap(address)
    return [jmap.request("GET", f"/jmap/download/{jmap.account}/{found['blobId']}/m.eml?accept=message/rfc822")
            for found in jmap.emails(["subject", "blobId"]) if found["subject"] == subject]


def body_of(octets: bytes) -> bytes:
    return octets.split(b"\r\n\r\n", 1)[1]


def test_every_kind_of_text_arrives_as_it_is(server: Server, postfix: Postfix):
    chance = random.Random(4)
    large = "\r\n".join(f"{chance.getrandbits(280):070x}" for _ in range(70_000))  # 5 MB
    kinds = {
        "dots": ".\r\n..\r\n.a\r\n...\r\n",
        "accents": "Réunion de rentrée, à l'école – 100 €\r\n",
        "long lines": "x" * 900 + "\r\n" + "é" * 450,
        "empty": "",
        "blank lines": "\r\n\r\n\r\n",
        "large": large,
    }
    eight_bit = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    for name, text in kinds.items():
        postfix.send("x@elsewhere.test", [ANNE, PIERRE], message(name, text, headers=eight_bit), ("BODY=8BITMIME",))
    postfix.wait("the queue does not get empty", postfix.is_empty)
    for name, text in kinds.items():
        for address in (ANNE, PIERRE):
            found = raw(server, address, name)
            assert len(found) == 1, f"{address} has {name!r} {len(found)} times"
            assert body_of(found[0]) == f"{text}\r\n".encode(), f"{name!r} is not what was sent to {address}"
            assert found[0].startswith(b"Return-Path: <x@elsewhere.test>\r\nReceived: from postfix.test (")
            assert found[0].count(b"\r\nReceived: ") == 2 and found[0].count(b"Return-Path") == 1
    assert b"with ESMTPS id" in raw(server, ANNE, "dots")[0]
    assert b"with LMTPS id" in raw(server, PIERRE, "dots")[0]


def test_utf8_addresses(server: Server, postfix: Postfix):
    csv = server.folder / "utf8.csv"
    csv.write_text("address,name,password\nélève@academie.test,Élève,x-x-x-3\n")
    server.run("account", "import", str(csv))
    server.accounts["élève@academie.test"] = "x-x-x-3"
    postfix.send("x@elsewhere.test", ["élève@academie.test"], message("utf8"), ("SMTPUTF8", "BODY=8BITMIME"))
    postfix.wait("the queue does not get empty", postfix.is_empty)
    assert len(raw(server, "élève@academie.test", "utf8")) == 1


def test_who_is_refused_comes_back_as_a_bounce(server: Server, postfix: Postfix):
    server.run("account", "suspend", PIERRE)
    postfix.send(ANNE, ["nobody@academie.test", PIERRE], message("refused", sender=ANNE))
    postfix.wait("the queue does not get empty", postfix.is_empty)
    server.run("account", "resume", PIERRE)
    bounces = [email.message_from_bytes(octets, policy=email.policy.default)
               for octets in raw(server, ANNE, "Undelivered Mail Returned to Sender")]
    reports = [part.as_string() for bounce in bounces for part in bounce.walk()
               if part.get_content_type() == "message/delivery-status"]
    for recipient, status in (("nobody@academie.test", "5.1.1"), (PIERRE, "5.2.1")):
        assert any(recipient in report and f"Status: {status}" in report for report in reports), reports
    assert all(bounce["Return-Path"] == "<>" for bounce in bounces)


def test_nothing_is_lost_or_doubled_when_the_server_dies(server: Server, postfix: Postfix):
    chance = random.Random(7)
    for round in range(3):
        moment = chance.randint(5, 25)
        for n in range(30):
            postfix.send("x@elsewhere.test", [ANNE, PIERRE], message(f"crash-{round}-{n}", "x" * chance.choice([10, 50_000])))
            if n == moment:
                server.kill()
                server.run("check")
                server.start()
    postfix.flush()
    postfix.wait("the queue does not get empty", postfix.is_empty)
    for address in (ANNE, PIERRE):
        found = [found["subject"] for found in server.jmap(address).emails(["subject"])]
        for round in range(3):
            for n in range(30):
                assert found.count(f"crash-{round}-{n}") == 1, f"{address} has crash-{round}-{n} {found.count(f'crash-{round}-{n}')} times"


def main():
    server = Server({ANNE: "chataigne-1", PIERRE: "noisette-2"})
    postfix = None
    try:
        server.start()
        postfix = Postfix({
            ANNE: f"smtp:[127.0.0.1]:{server.ports['smtp']}",
            PIERRE: f"lmtp:inet:127.0.0.1:{server.ports['lmtp']}",
            "academie.test": f"smtp:[127.0.0.1]:{server.ports['smtp']}",
        })
        run(globals(), server=server, postfix=postfix)
        assert server.stop() == 0, "SIGTERM did not end in exit 0"
        server.run("check")
    except BaseException:
        print(server.log()[-3000:], postfix.log()[-3000:] if postfix else "", file=sys.stderr)
        raise
    finally:
        if postfix:
            postfix.close()
        server.close()


if __name__ == "__main__":
    main()
