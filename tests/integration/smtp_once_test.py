#!/usr/bin/env python3
"""One message to a thousand accounts: its body once a shard, and once in each account however often it comes."""

import base64
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server  # noqa: E402
from runner import run  # noqa: E402
from smtp import Wire  # noqa: E402

SHARDS, ACCOUNTS = 4, 1000
# A hash that no password has: making a thousand would take a minute and prove nothing here.
HASH = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ADDRESSES = [f"compte{n}@academie.test" for n in range(ACCOUNTS)]
# Octets that nothing packs, and no words for the search index: what is looked at here is the store of bodies.
BODY = base64.encodebytes(random.Random(4).randbytes(600_000)).decode().replace("\n", "\r\n")
HEADER = "MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"


def send(server: Server, recipients: list[str], subject: str, door: str = "smtp") -> list[str]:
    """The replies to the text."""
    with Wire(server.ports[door]) as wire:
        wire.say(("LHLO" if door == "lmtp" else "EHLO") + " client.test", "250")
        wire.say("MAIL FROM:<x@elsewhere.test>", "250")
        wire.send("".join(f"RCPT TO:<{address}>\r\n" for address in recipients))
        wire.expect(*["250 2.1.5"] * len(recipients))
        wire.say("DATA", "354")
        wire.send(f"From: <x@elsewhere.test>\r\nMessage-ID: <{subject}@elsewhere.test>\r\nSubject: {subject}\r\n{HEADER}\r\n{BODY}.\r\n")
        return [wire.expect("250 2.0.0") for _ in range(len(recipients) if door == "lmtp" else 1)]


def checked(server: Server) -> dict:
    """What `facteur check` counts; it fails on any finding."""
    return json.loads(server.run("check", "--json").stdout)


def test_a_body_once_a_shard(server: Server):
    before = checked(server)
    send(server, ADDRESSES, "circulaire")
    after = checked(server)
    assert after["emails"] - before["emails"] == ACCOUNTS, (before, after)
    assert after["bodies"] - before["bodies"] == SHARDS, (before, after)


def test_again_is_the_same(server: Server):
    before = checked(server)
    send(server, ADDRESSES[:10], "note")
    send(server, ADDRESSES[5:20] + ADDRESSES[:5], "note")
    send(server, ADDRESSES[:20], "note", "lmtp")
    after = checked(server)
    assert after["emails"] - before["emails"] == 20, (before, after)


def test_again_after_a_crash_is_the_same(server: Server):
    before = checked(server)
    send(server, ADDRESSES[:500], "avis")
    server.kill()
    server.start()
    send(server, ADDRESSES, "avis")
    after = checked(server)
    assert after["emails"] - before["emails"] == ACCOUNTS, (before, after)


def main():
    server = Server({}, shards=SHARDS)
    try:
        csv = server.folder / "thousand.csv"
        csv.write_text("address,name,password\n" + "".join(f'{address},Compte,"{HASH}"\n' for address in ADDRESSES))
        server.run("account", "import", str(csv))
        server.start()
        run(globals(), server=server)
        assert server.stop() == 0, "SIGTERM did not end in exit 0"
    except BaseException:
        print(server.log()[-3000:], file=sys.stderr)
        raise
    finally:
        server.close()


if __name__ == "__main__":
    main()
