#!/usr/bin/env python3
"""Mail that goes on and answers that go out: forwarding, aliases, bounces of both, people who are away; with a
Debian Postfix outside, found by DNS (dnsmasq)."""

import email
import email.policy
import json
import subprocess
import sys
import pathlib
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from dnsmasq import Dnsmasq  # noqa: E402
from facteur import Server, free_port  # noqa: E402
from outside import until  # noqa: E402
from postfix import Postfix  # noqa: E402
from runner import run  # noqa: E402

ANNE, PIERRE, MARIE = "anne@academie.test", "pierre@academie.test", "marie@academie.test"
CLAIRE, ZOE = "claire@dehors.test", "zoe@loin.test"


def outside(world: Postfix, address: str, subject: str) -> list[email.message.EmailMessage]:
    messages = [email.message_from_bytes(octets, policy=email.policy.default) for octets in world.mail(address)]
    return [message for message in messages if subject in message["Subject"]]


def inside(server: Server, address: str, subject: str) -> list[str]:
    jmap = server.jmap(address)
    return [jmap.request("GET", f"/jmap/download/{jmap.account}/{found['blobId']}/m.eml").decode()
            for found in jmap.emails(["subject", "blobId"]) if subject in found["subject"]]


def swaks(server: Server, sender: str, to: str, subject: str, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(server.ports["smtp"]), "--from", sender, "--to", to,
         "--header", f"Subject: {subject}", "--header", f"Message-Id: <{time.time_ns()}@outside.test>", *options],
        capture_output=True, text=True, timeout=60)


def write(*arguments, **named) -> None:
    result = swaks(*arguments, **named)
    assert result.returncode == 0, result.stdout + result.stderr


def away(server: Server, address: str, **patch) -> None:
    answer = server.jmap(address).call("VacationResponse/set", update={"singleton": patch})
    assert answer["updated"] == {"singleton": None}, answer


def test_forwarded_with_a_copy_and_a_path_of_ours(server: Server, world: Postfix):
    said = server.run("account", "forward", ANNE, "--to", CLAIRE, "--to", PIERRE).stdout
    assert f"to {CLAIRE}, {PIERRE} and keeps a copy" in said, said
    write(server, ZOE, ANNE, "goes on", "--body", "Bonjour\n.\nl'équipe")
    message = until("it does not arrive", lambda: outside(world, CLAIRE, "goes on"))[0]
    path = message["Return-Path"]
    assert path.startswith("<SRS0=") and path.endswith("=loin.test=zoe@academie.test>"), path
    assert message["From"] == ZOE and ANNE in message.get_all("Delivered-To"), message.as_string()
    assert any("l'équipe".encode() in octets for octets in world.mail(CLAIRE))
    for address in (ANNE, PIERRE):
        assert len(until("no copy here", lambda: inside(server, address, "goes on"))) == 1


def test_a_bounce_comes_back_to_who_wrote(server: Server, world: Postfix):
    """Postfix outside takes the letter and cannot deliver it: its bounce goes to our path, and from there on to Zoé."""
    server.run("account", "forward", ANNE, "--to", "full@plein.test", "--no-copy")
    write(server, ZOE, ANNE, "bounces")
    report = until("no bounce", lambda: outside(world, ZOE, "Undelivered"))[0]
    assert "full@plein.test" in report.as_string()
    assert not inside(server, ANNE, "bounces")
    # One that is refused at once, too; and one of ours hears of it in his mailbox.
    server.run("account", "forward", ANNE, "--to", "nobody@dehors.test", "--no-copy")
    write(server, ZOE, ANNE, "refused far")
    write(server, PIERRE, ANNE, "refused here")
    report = until("no report", lambda: outside(world, ZOE, "refused far"))[0]
    assert report["Return-Path"] == "<>" and "nobody@dehors.test" in report.as_string()
    until("no report here", lambda: inside(server, PIERRE, "refused here"))
    server.run("account", "forward", ANNE, "--off")


def test_nobody_writes_to_paths_of_ours(server: Server, world: Postfix):
    forged = "SRS0=AAAAAA=AA=loin.test=zoe@academie.test"
    for sender in ("<>", ZOE):
        result = swaks(server, sender, forged, "forged")
        assert result.returncode != 0 and "550 5." in result.stdout, result.stdout
    assert not outside(world, ZOE, "forged")


def test_an_alias_leads_here_and_elsewhere_once(server: Server, world: Postfix):
    server.run("alias", "add", "chefs", "--to", PIERRE, "--to", ANNE)
    server.run("alias", "add", "equipe", "--to", ANNE, "--to", CLAIRE, "--to", "chefs")
    listed = json.loads(server.run("alias", "list", "--json").stdout)
    assert {"address": "equipe@academie.test", "status": "active", "to": [ANNE, CLAIRE, "chefs@academie.test"]} in listed
    assert server.run("alias", "add", "equipe", "--to", ANNE, check=False).returncode == 1
    assert server.run("alias", "set", "equipe", "--to", "nobody", check=False).returncode == 1
    assert "equipe" not in server.run("account", "list").stdout
    write(server, ZOE, f"equipe@academie.test,{PIERRE}", "to the team")
    until("it does not arrive outside", lambda: outside(world, CLAIRE, "to the team"))
    for address in (ANNE, PIERRE):
        assert len(inside(server, address, "to the team")) == 1, address
    server.run("alias", "delete", "equipe")
    assert swaks(server, ZOE, "equipe@academie.test", "gone").returncode != 0


def test_circles_end(server: Server, world: Postfix):
    server.run("account", "forward", PIERRE, "--to", MARIE, "--no-copy")
    server.run("account", "forward", MARIE, "--to", PIERRE, "--no-copy")
    write(server, ZOE, PIERRE, "round here")
    assert inside(server, MARIE, "round here") and not inside(server, PIERRE, "round here")
    # Over another server and back: Postfix sends what is for retour@retour.test to Pierre again.
    server.run("account", "forward", MARIE, "--off")
    server.run("account", "forward", PIERRE, "--to", "retour@retour.test", "--no-copy")
    write(server, ZOE, PIERRE, "round outside")
    until("it was lost", lambda: inside(server, PIERRE, "round outside"))
    server.run("account", "forward", PIERRE, "--off")


def test_who_is_away_answers_once(server: Server, world: Postfix):
    away(server, MARIE, isEnabled=True, textBody="Je suis absente.", htmlBody="<p>Je suis <b>absente</b>.</p>")
    for n in range(3):
        write(server, CLAIRE, MARIE, f"are you there {n}")
        if n == 0:
            server.kill()
            server.run("check")
            server.start()
    # An attempt that fails, on a machine that is busy, is made again after a minute.
    answer = until("no answer", lambda: outside(world, CLAIRE, "Auto: are you there"), 180)[0]
    assert answer["Return-Path"] == "<>" and answer["Auto-Submitted"].startswith("auto-replied")
    assert answer["From"].addresses[0].addr_spec == MARIE and answer["In-Reply-To"]
    assert "Je suis absente." in answer.get_body(("plain",)).get_content()
    assert "<b>absente</b>" in answer.get_body(("html",)).get_content()
    write(server, PIERRE, MARIE, "colleague")
    until("no answer here", lambda: inside(server, PIERRE, "Auto: colleague"))
    write(server, ZOE, MARIE, "by a list", "--header", "List-Id: <liste.loin.test>")
    write(server, "<>", MARIE, "a bounce")
    time.sleep(2)
    assert len(outside(world, CLAIRE, "Auto:")) == 1 and not outside(world, ZOE, "Auto:")
    away(server, MARIE, isEnabled=False)
    away(server, MARIE, isEnabled=True)
    write(server, CLAIRE, MARIE, "are you there again")
    until("no answer when it is turned on anew", lambda: len(outside(world, CLAIRE, "Auto:")) == 2)
    assert json.loads(server.run("queue", "list", "--json").stdout) == []


def test_success_is_reported_by_those_who_know(server: Server, world: Postfix):
    """RFC 3461: one of ours got it; Postfix offers DSN and reports itself."""
    with server.smtp() as client:
        client.ehlo()
        client.docmd(f"MAIL FROM:<{ZOE}> ENVID=e1")
        client.docmd(f"RCPT TO:<{PIERRE}> NOTIFY=SUCCESS")
        code, said = client.data(b"From: zoe@loin.test\r\nSubject: notify me\r\n\r\nBonjour\r\n")
        assert code == 250, said
    report = until("no report", lambda: outside(world, ZOE, "notify me"))[0]
    text = report.as_string()
    assert f"Final-Recipient: rfc822; {PIERRE}\nAction: delivered" in text and "Original-Envelope-Id: e1" in text, text


def main():
    port = free_port()
    dns = Dnsmasq(*(f"--host-record={domain},127.0.0.1" for domain in ("dehors.test", "loin.test", "plein.test", "retour.test")))
    server = world = None
    try:
        server = Server({ANNE: "chataigne-1", PIERRE: "noisette-2", MARIE: "groseille-3"},
                        extra=f'[queue]\nresolver = "{dns.address}"\nport = {port}\n')
        back = f"smtp:[127.0.0.1]:{server.ports['smtp']}"
        world = Postfix({"academie.test": back, "plein.test": f"smtp:[127.0.0.1]:{free_port()}"}, (CLAIRE, ZOE),
                        "relay_domains = academie.test plein.test retour.test\n"
                        "virtual_alias_maps = inline:{retour@retour.test=pierre@academie.test}\n"
                        "smtpd_reject_unlisted_recipient = yes\n"
                        "maximal_queue_lifetime = 0\n", port)  # what fails comes back at once
        server.start()
        run(globals(), server=server, world=world)
        assert server.stop() == 0, "SIGTERM did not end in exit 0"
        server.run("check")
    except BaseException:
        print(server.log()[-20000:] if server else "", world.log()[-40000:] if world else "", file=sys.stderr)
        raise
    finally:
        if server:
            server.close()
        if world:
            world.close()
        dns.close()


if __name__ == "__main__":
    main()
