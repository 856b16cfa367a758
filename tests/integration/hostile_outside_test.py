#!/usr/bin/env python3
"""DNS that lies and mail servers that do what none should: no message is lost or comes back twice, each that waits says why,
memory stays bounded, and letters to everybody else go out as if nothing was."""

import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import nasty_mx  # noqa: E402
import outside  # noqa: E402
from facteur import SANITIZED, Server, free_port  # noqa: E402
from lying_dns import A, CNAME, MX, LyingDns, Question, garbage, late, mx, name  # noqa: E402
from nasty_mx import STAGES, NastyMx  # noqa: E402
from outside import until  # noqa: E402
from runner import run  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "chataigne-1"
GOOD, TRAP, OURSELVES = "127.0.1.1", "127.0.1.2", "127.0.1.3"
# Of its own, beside pages of the store; under AddressSanitizer freed memory is kept for a while.
MEMORY = 150_000_000 * (4 if SANITIZED else 1)

# What each domain's server does, and what becomes of a letter to it: the reply that its entry of the queue waits with, "taken",
# or the status with which it comes back.
SERVERS = {
    "pieces.test": (nasty_mx.speaks_in_pieces, "taken"),
    "once.test": (nasty_mx.closes_once_after_the_dot, r"taken|451 4\.4\.\d .*lost"),
    "drips.test": (nasty_mx.drips, r"451 4\.4\.\d .*in time"),
    "reads-not.test": (nasty_mx.never_reads, r"451 4\.4\.\d .*in time"),
    "endless.test": (nasty_mx.never_ends_its_reply, r"451 4\.[45]\.\d "),
    "endless-line.test": (nasty_mx.never_ends_its_line, r"451 4\.[45]\.\d "),
    "garbage.test": (nasty_mx.says_garbage, r"451 4\.[45]\.\d "),
    "nonsense.test": (nasty_mx.says_nonsense_codes, r"451 4\.[45]\.\d "),
} | {f"reset-{stage.lower()}.test": (nasty_mx.resets(stage), r"451 4\.4\.\d ") for stage in STAGES}

# The same of what is said of its name.
NAMES = {
    "wrong-id.test": "taken", "cut.test": "taken", "many.test": "taken",
    "other-name.test": r"451 4\.4\.\d |5\.1\.2|5\.1\.10", "loop.test": r"451 4\.4\.\d |5\.1\.2|5\.4\.6",
    "cut-hangs.test": r"451 4\.4\.3 ", "silent.test": r"451 4\.4\.3 ", "noise.test": r"451 4\.4\.3 ", "refused.test": r"451 4\.4\.3 ",
    "ours.test": r"5\.4\.6", "ourselves.test": r"5\.7\.1|5\.4\.6",
}


def tell(question: Question, addresses: dict[str, str]) -> None:
    domain = ".".join(question.name.split(".")[-2:])
    host = f"mx.{domain}"
    to_host = (question.name, MX, mx(host))
    if domain == "silent.test":
        return
    if domain == "noise.test":
        return garbage(question)
    if domain == "refused.test":
        return question.answer(code=5)
    if domain == "loop.test":
        other = f"b.{domain}" if question.name == domain else domain
        return question.answer((question.name, CNAME, name(other)))
    if question.name == domain and question.type == MX:
        if domain == "wrong-id.test":
            lie = (domain, MX, mx("mx.trap.test"))
            for guess in range(1, 50):
                question.answer(lie, number=(question.id + guess) % 65536)
            return late(question, to_host)
        if domain == "other-name.test":
            return question.answer(("good.test", MX, mx("mx.trap.test")), of="good.test")
        if domain in ("cut.test", "cut-hangs.test") and not question.by_tcp:
            return question.answer(cut=True)
        if domain == "cut-hangs.test":
            return
        if domain == "many.test":
            if not question.by_tcp:
                return question.answer(cut=True)
            return question.answer(*((domain, MX, mx(f"m{n}.{domain}")) for n in range(1500)))
        if domain == "ours.test":
            return question.answer((domain, MX, mx("academie.test")))
        return question.answer(to_host)
    if question.type == A and domain in addresses:
        return question.answer((question.name, A, bytes(int(part) for part in addresses[domain].split("."))))
    return question.answer()


class World:
    def __init__(self):
        self.port = free_port()
        self.addresses = {"good.test": GOOD, "trap.test": TRAP, "wrong-id.test": GOOD, "cut.test": GOOD, "many.test": GOOD,
                          "ourselves.test": OURSELVES}
        self.servers: dict[str, NastyMx] = {}
        for n, (domain, (behave, _)) in enumerate(SERVERS.items()):
            self.addresses[domain] = f"127.0.2.{n + 1}"
            self.servers[domain] = NastyMx(self.addresses[domain], self.port, behave)
        self.good, self.trap = (NastyMx(address, self.port, nasty_mx.good) for address in (GOOD, TRAP))
        self.dns = LyingDns(lambda question: tell(question, self.addresses))

    def close(self) -> None:
        self.dns.close()
        for server in [*self.servers.values(), self.good, self.trap]:
            server.close()


def own_memory(server: Server) -> int:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def queue(server: Server) -> dict[str, dict]:
    """What waits, by domain."""
    return {entry["recipients"][0]["address"].split("@")[1]: entry for entry in json.loads(server.run("queue", "list", "--json").stdout)}


def reports(server: Server) -> list[str]:
    jmap = server.jmap(ANNE)
    inbox = jmap.mailboxes()["inbox"]
    return [jmap.request("GET", f"/jmap/download/{jmap.account}/{email['blobId']}/m.eml").decode()
            for email in jmap.emails(["blobId"], filter={"inMailbox": inbox})]


def send(server: Server, domain: str, text: str = "Bonjour.") -> str:
    return outside.send(server, ANNE, [f"x@{domain}"], f"to {domain}", text)


def test_each_letter_ends_or_waits_with_its_reason(server: Server, world: World):
    expected = {domain: reply for domain, (_, reply) in SERVERS.items()} | NAMES
    for domain in expected:
        send(server, domain)
    # Meanwhile others are served as ever.
    slowest = 0.0
    for n in range(15):
        start = time.monotonic()
        taken = len(world.good.taken)
        send(server, "good.test")
        until("a letter to a good server waits", lambda taken=taken: len(world.good.taken) > taken, 20)
        slowest = max(slowest, time.monotonic() - start)
        time.sleep(0.3)
    assert slowest < (10 if SANITIZED else 3), f"a letter to a good server took {slowest:.1f} s"

    def fate(domain: str) -> str | None:
        waits = queue(server).get(domain)
        if waits:
            return waits["lastReply"] if waits["attempts"] > 0 else None
        back = [report for report in reports(server) if f"Final-Recipient: rfc822; x@{domain}\r\n" in report]
        assert len(back) <= 1, f"{domain}: came back {len(back)} times"
        return re.search(r"Status: (\S+)", back[0])[1] if back else "taken"

    left = dict(expected)

    def all_settled() -> bool:
        for domain, reply in list(left.items()):
            found = fate(domain)
            if found is None:
                continue
            assert re.match(reply, found), f"{domain}: {found!r} where {reply!r} was expected"
            del left[domain]
        assert own_memory(server) < MEMORY, f"{own_memory(server)} octets of memory"
        return not left

    until("some have no fate", all_settled, 120)
    assert not world.trap.taken, "a letter went where a lie had sent it"


def test_what_was_not_confirmed_is_sent_again(server: Server, world: World):
    until("it is not sent again", lambda: len(world.servers["once.test"].taken) == 2)
    until("it stays in the queue", lambda: "once.test" not in queue(server))
    assert not [report for report in reports(server) if "x@once.test" in report]


def test_a_text_that_is_not_read_holds_nobody_up(server: Server, world: World):
    nasty = NastyMx("127.0.3.1", world.port, nasty_mx.never_reads_the_text)
    world.addresses["full.test"] = nasty.address
    for _ in range(5):
        send(server, "full.test", "x" * 70 + "\n" + ("y" * 70 + "\n") * 40_000)
    until("it is not connected to", lambda: nasty.connections > 0)
    taken = len(world.good.taken)
    send(server, "good.test")
    until("a letter to a good server waits", lambda: len(world.good.taken) > taken, 20)
    assert own_memory(server) < MEMORY
    nasty.close()


def main():
    world = World()
    server = None
    try:
        server = Server({ANNE: PASSWORD}, smtp=f"{OURSELVES}:{world.port}",
                        extra=f'[queue]\nresolver = "{world.dns.address}"\nport = {world.port}\n')
        server.start()
        run(globals(), server=server, world=world)
        assert server.stop() == 0, "SIGTERM did not end in exit 0"
        server.run("check")
    except BaseException:
        print(server.log()[-5000:] if server else "", file=sys.stderr)
        raise
    finally:
        if server:
            server.close()
        world.close()


if __name__ == "__main__":
    main()
