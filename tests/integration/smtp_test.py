#!/usr/bin/env python3
"""SMTP, submission and LMTP over real sockets and TLS: limits and their codes, smuggling, STARTTLS, AUTH, extensions."""

import contextlib
import hashlib
import pathlib
import smtplib
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server  # noqa: E402
from runner import run  # noqa: E402
from smtp import Wire, encode, scram  # noqa: E402

ANNE, PIERRE = "anne@academie.test", "pierre@academie.test"
ACCOUNTS = {ANNE: "châtaigne-1", PIERRE: "noisette-2"}
TIGHT = """
[smtp]
message_size = "100 kB"
recipients = 3
errors = 5
idle = "2 s"
connections_per_address = 4
"""


def letter(name: str, body: str = "Bonjour.", sender: str = "x@elsewhere.test") -> str:
    return f"From: <{sender}>\r\nMessage-ID: <{name}@elsewhere.test>\r\nSubject: {name}\r\n\r\n{body}\r\n"


def subjects(server: Server, address: str) -> list[str]:
    return [email["subject"] for email in server.jmap(address).emails(["subject"])]


def raw(server: Server, address: str, subject: str) -> bytes:
    """The octets of the one email with this subject."""
    jmap = server.jmap(address)
    found = [email for email in jmap.emails(["subject", "blobId"]) if email["subject"] == subject]
    assert len(found) == 1, f"{address} has {len(found)} emails named {subject!r}"
    return jmap.request("GET", f"/jmap/download/{jmap.account}/{found[0]['blobId']}/m.eml?accept=message/rfc822")


def no_certificate_check() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


# ---- limits, each with its code


def test_size_is_refused_before_and_after_the_text(tight: Server):
    with Wire(tight.ports["smtp"]) as wire:
        assert "SIZE 100000" in wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<> SIZE=100001", "552 5.3.4")
        wire.say("MAIL FROM:<> SIZE=100000", "250")
        wire.say("RCPT TO:<anne@academie.test>", "250")
        wire.say("DATA", "354")
        wire.say(letter("large", "x" * 990 + ("\r\n" + "x" * 990) * 101) + ".", "552 5.3.4")
        wire.say("NOOP", "250")


def test_recipients(tight: Server):
    with Wire(tight.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<>", "250")
        for detail in "abc":
            wire.say(f"RCPT TO:<anne+{detail}@academie.test>", "250")
        wire.say("RCPT TO:<pierre@academie.test>", "452 4.5.3")


def test_lengths_of_lines_and_headers(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("NOOP " + "x" * 2041, "250")
        wire.say("NOOP " + "x" * 2042, "500 5.5.2")
        wire.begin(ANNE)
        wire.say(letter("long line", "x" * 100_001) + ".", "554 5.6.0")
        wire.begin(ANNE)
        wire.say(letter("long header").replace("\r\n\r\n", "\r\n" + "X-Long: a\r\n" * 100_000 + "\r\n") + ".", "552 5.3.4")
        wire.begin(ANNE)
        wire.say(letter("long line that passes", "x" * 100_000) + ".", "250")
    assert "long line" not in subjects(wide, ANNE) and "long header" not in subjects(wide, ANNE)


def test_errors_end_the_connection(tight: Server):
    with Wire(tight.ports["smtp"]) as wire:
        for _ in range(4):
            wire.say("WHAT", "500 5.5.1")
        wire.send("WHAT\r\nNOOP\r\n")
        wire.expect("500 5.5.1", "421 4.7.0")
        assert wire.read() == ""


def test_harvest_of_addresses_ends_the_connection(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<>", "250")
        wire.send("".join(f"RCPT TO:<guess{n}@academie.test>\r\n" for n in range(120)))
        wire.expect(*["550 5.1.1"] * 100, "421 4.7.0")
        assert wire.read() == ""


def test_time_and_pace(tight: Server):
    with Wire(tight.ports["smtp"]) as silent, Wire(tight.ports["submissions"], greeted=False) as handshake:
        silent.expect("421 4.4.2")
        assert silent.read() == ""
        handshake.socket.settimeout(60)
        assert handshake.socket.recv(100) == b"", "a TLS handshake that never comes holds a connection"


def test_connections_of_one_address(tight: Server):
    # Those of other tests may still be closing.
    end = time.monotonic() + 20
    taken = 0
    while taken != 4 and time.monotonic() < end:
        with contextlib.ExitStack() as stack:
            wires = [stack.enter_context(Wire(tight.ports[port], greeted=False)) for port in ("smtp", "submission") * 3]
            replies = [wire.read() for wire in wires]
            stack.enter_context(Wire(tight.ports["lmtp"]))  # counted in all only
        taken = sum(reply.startswith("220") for reply in replies)
        assert taken <= 4 and all(reply.startswith(("220", "421 4.7.0")) for reply in replies), replies
    assert taken == 4, replies


def test_loops(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.begin(ANNE)
        wire.say("Received: by loop; x\r\n" * 51 + letter("loop") + ".", "554 5.4.6")
    assert "loop" not in subjects(wide, ANNE)


# ---- what may be said to whom


def test_no_relay(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<anne@academie.test>", "250")
        for stranger in ("x@elsewhere.test", "@academie.test:x@elsewhere.test", "x@[127.0.0.1]", "x@[192.0.2.1]", "x@localhost"):
            wire.say(f"RCPT TO:<{stranger}>", "550 5.7.1")
        for trick in ("x%elsewhere.test@academie.test", "elsewhere.test!x@academie.test", '"x@elsewhere.test"@academie.test'):
            wire.say(f"RCPT TO:<{trick}>", "550 5.1.1")
        wire.say("RCPT TO:<anne@academie.test> NOTIFY=NEVER BAD=1", "555 5.5.4")
        wire.say("DATA", "554 5.5.1")


def test_suspended_and_full_mailboxes(wide: Server):
    csv = wide.folder / "more.csv"
    csv.write_text("address,name,password,quota\nshut@academie.test,Shut,x-x-x-1,\nsmall@academie.test,Small,x-x-x-2,800\n")
    wide.run("account", "import", str(csv))
    wide.run("account", "suspend", "shut@academie.test")
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<> SIZE=1000", "250")
        wire.say("RCPT TO:<shut@academie.test>", "550 5.2.1")
        wire.say("RCPT TO:<small@academie.test>", "452 4.2.2")
        wire.say("RSET", "250")
        wire.begin("small@academie.test")
        wire.say(letter("too large", "x" * 900) + ".", "452 4.2.2")
    wide.run("account", "resume", "shut@academie.test")
    with Wire(wide.ports["smtp"]) as wire:
        wire.begin("shut@academie.test")
        wire.say(letter("open again") + ".", "250")


def test_submission_is_by_the_user_himself(wide: Server):
    with Wire(wide.ports["submission"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say(f"MAIL FROM:<{ANNE}>", "530 5.7.0")
        wire.say("AUTH PLAIN " + encode(f"\0{ANNE}\0{ACCOUNTS[ANNE]}"), "235 2.7.0")
        wire.say(f"MAIL FROM:<{PIERRE}>", "550 5.7.1")
        wire.say(f"MAIL FROM:<{ANNE}>", "250")
        wire.say("RCPT TO:<x@elsewhere>", "550 5.1.2")
        wire.say(f"RCPT TO:<{PIERRE}>", "250")
        wire.say("DATA", "354")
        wire.say(letter("as another", sender=PIERRE) + ".", "550 5.7.1")
        wire.begin(PIERRE, sender=ANNE)
        wire.say(f"From: Anne <{ANNE}>\r\nBcc: {PIERRE}\r\nSubject: as herself\r\n\r\nx\r\n.", "250")
    message = raw(wide, PIERRE, "as herself")
    assert message.startswith(b"Return-Path: <anne@academie.test>\r\nReceived: from client.test ")
    for field in (b"\r\nDate: ", b"\r\nMessage-ID: <", b" with ESMTPA id "):
        assert field in message, field
    assert b"Bcc" not in message
    assert "as another" not in subjects(wide, PIERRE)


# ---- smuggling


def test_only_crlf_dot_crlf_ends_a_message(wide: Server):
    for number, end in enumerate((b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n\n.\n\n", b"\0\n.\n")):
        with Wire(wide.ports["smtp"]) as wire:
            wire.begin(ANNE)
            smuggled = f"MAIL FROM:<evil@elsewhere.test>\r\nRCPT TO:<{ANNE}>\r\nDATA\r\n{letter('smuggled')}"
            wire.send(letter(f"carrier {number}").encode() + b"x" + end + smuggled.encode() + b".\r\n")
            wire.expect("554 5.6.0")
            wire.say("NOOP", "250")
    found = subjects(wide, ANNE)
    assert "smuggled" not in found and not any(subject.startswith("carrier") for subject in found), found


def test_commands_end_in_crlf_alone(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.send("EHLO client.test\nMAIL FROM:<>\r\n")
        wire.expect("500 5.5.2")
        wire.send("NOOP\rNOOP\r\n")
        wire.expect("500 5.5.2")
        wire.say("NOOP", "250")


def test_chunks_are_held_to_line_ends_too(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<>", "250")
        wire.say(f"RCPT TO:<{ANNE}>", "250")
        wire.send(b"BDAT 17 LAST\r\nSubject: a\n\n.\n\nb\n")
        wire.expect("554 5.6.0")


# ---- STARTTLS


def test_what_is_pipelined_behind_starttls_is_dropped(wide: Server):
    for port in ("smtp", "submission"):
        with Wire(wide.ports[port]) as wire:
            wire.say("EHLO client.test", "250")
            wire.send(f"STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@elsewhere.test>\r\nRCPT TO:<{ANNE}>\r\n")
            wire.expect("220 2.0.0")
            wire.start_tls()
            wire.say("MAIL FROM:<>", "503 5.5.1")  # the first reply under TLS, and no hello was heard
            assert "STARTTLS" not in wire.say("EHLO client.test", "250")
            wire.say("STARTTLS", "503")


def test_starttls_forgets_what_was_said(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("EHLO before.test", "250")
        wire.say("MAIL FROM:<before@elsewhere.test>", "250")
        wire.say("STARTTLS", "220")
        wire.start_tls()
        wire.say("RCPT TO:<anne@academie.test>", "503")
        wire.begin(ANNE, hello="EHLO after.test")
        wire.say(letter("under tls") + ".", "250")
    message = raw(wide, ANNE, "under tls")
    assert b"Received: from after.test ([127.0.0.1])\r\n\t(using TLSv1.3 with cipher " in message
    assert b" with ESMTPS id " in message


# ---- AUTH


def test_passwords_need_tls(strict: Server):
    with Wire(strict.ports["submission"]) as wire:
        assert "AUTH" not in wire.say("EHLO client.test", "250")
        wire.say("AUTH PLAIN " + encode(f"\0{ANNE}\0{ACCOUNTS[ANNE]}"), "538 5.7.11")
        wire.say("STARTTLS", "220")
        wire.start_tls()
        offered = wire.say("EHLO client.test", "250")
        assert "AUTH SCRAM-SHA-256 PLAIN LOGIN SCRAM-SHA-256-PLUS" in offered, offered
        wire.say("AUTH PLAIN " + encode(f"\0{ANNE}\0{ACCOUNTS[ANNE]}"), "235")
        assert "AUTH" not in wire.say("EHLO client.test", "250")
    with Wire(strict.ports["smtp"]) as wire:
        assert "AUTH" not in wire.say("EHLO client.test", "250")


def test_every_mechanism_over_tls(strict: Server):
    password = ACCOUNTS[ANNE]
    for mechanism in ("plain", "plain in two steps", "login", "scram", "scram plus"):
        with Wire(strict.ports["submissions"], greeted=False) as wire:
            wire.start_tls()
            wire.expect("220")
            wire.say("EHLO client.test", "250")
            if mechanism == "plain":
                wire.say("AUTH PLAIN " + encode(f"\0anne\0{password}"), "235")
            elif mechanism == "plain in two steps":
                wire.say("AUTH PLAIN", "334 ")
                wire.say(encode(f"\0{ANNE}\0{password}"), "235")
            elif mechanism == "login":
                wire.say("AUTH LOGIN", "334 ")
                wire.say(encode(ANNE), "334 ")
                wire.say(encode(password), "235")
            elif mechanism == "scram":
                assert scram(wire, ANNE, password).startswith("235")
            else:
                certificate = wire.socket.getpeercert(True)
                assert scram(wire, ANNE, password, hashlib.sha256(certificate).digest()).startswith("235")
            wire.begin(PIERRE, sender=ANNE)
            wire.say(f"From: <{ANNE}>\r\nSubject: {mechanism}\r\n\r\nx\r\n.", "250")


def test_wrong_passwords(strict: Server):
    with Wire(strict.ports["submissions"], greeted=False) as wire:
        wire.start_tls()
        wire.expect("220")
        wire.say("EHLO client.test", "250")
        assert scram(wire, "nobody@academie.test", "x").startswith("535 5.7.8")
        assert scram(wire, PIERRE, "wrong").startswith("535 5.7.8")
        assert scram(wire, PIERRE, ACCOUNTS[PIERRE], b"x" * 32).startswith("535 5.7.8")
        wire.say("AUTH PLAIN " + encode(f"{ANNE}\0{PIERRE}\0{ACCOUNTS[PIERRE]}"), "535 5.7.8")
        wire.send("AUTH PLAIN " + encode(f"\0{PIERRE}\0wrong") + "\r\n")
        wire.expect("535 5.7.8", "421 4.7.0")
        assert wire.read() == ""


# ---- extensions


def test_pipelining_chunking_and_dsn(wide: Server):
    with Wire(wide.ports["smtp"]) as wire:
        offered = wire.say("EHLO client.test", "250").replace("250-", "").replace("250 ", "").split("\n")
        for extension in ("PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "STARTTLS"):
            assert extension in offered, offered
        wire.send(
            "MAIL FROM:<x@elsewhere.test> RET=HDRS ENVID=a+2Bb BODY=8BITMIME\r\n"
            f"RCPT TO:<{ANNE}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;anne+40old.test\r\n"
            "RCPT TO:<nobody@academie.test>\r\nBDAT 18\r\nSubject: chunked\r\nBDAT 0\r\nBDAT 7 LAST\r\n\r\n"
            "é.\r\nQUIT\r\n"
        )
        wire.expect("250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.0.0", "250 2.0.0", "250 2.0.0", "221 2.0.0")
        assert wire.read() == ""
    assert raw(wide, ANNE, "chunked").endswith("Subject: chunked\r\n\r\né.\r\n".encode())


def test_smtputf8(wide: Server):
    csv = wide.folder / "utf8.csv"
    csv.write_text("address,name,password\nélève@academie.test,Élève,x-x-x-3\n")
    wide.run("account", "import", str(csv))
    wide.accounts["élève@academie.test"] = "x-x-x-3"
    with Wire(wide.ports["smtp"]) as wire:
        wire.say("EHLO client.test", "250")
        wire.say("MAIL FROM:<josé@exemple.test>", "550 5.6.7")
        wire.say("MAIL FROM:<>", "250")
        wire.say("RCPT TO:<élève@academie.test>", "553 5.6.7")
        wire.say("RSET", "250")
        wire.say("MAIL FROM:<josé@exemple.test> SMTPUTF8", "250")
        wire.say("RCPT TO:<Élève@academie.test>", "250")
        wire.say("DATA", "354")
        wire.say("From: josé@exemple.test\r\nSubject: été\r\n\r\nx\r\n.", "250")
    message = raw(wide, "élève@academie.test", "été").decode()
    assert message.startswith("Return-Path: <josé@exemple.test>\r\n") and " with UTF8SMTP id " in message, message


def test_lmtp(wide: Server):
    with Wire(wide.ports["lmtp"]) as wire:
        wire.say("HELO client.test", "500")
        wire.say("LHLO client.test", "250")
        wire.say("MAIL FROM:<>", "250")
        wire.send(f"RCPT TO:<{ANNE}>\r\nRCPT TO:<nobody@academie.test>\r\nRCPT TO:<{PIERRE}>\r\nDATA\r\n")
        wire.expect("250", "550 5.1.1", "250", "354")
        wire.send(letter("by lmtp") + ".\r\n")
        wire.expect("250 2.0.0", "250 2.0.0")
        wire.say("QUIT", "221")
    assert raw(wide, ANNE, "by lmtp") == raw(wide, PIERRE, "by lmtp")


def test_smtplib(wide: Server):
    """A client library as people use it, by each door."""
    for port in ("smtp", "submission", "submissions", "lmtp"):
        if port == "submissions":
            client = smtplib.SMTP_SSL("127.0.0.1", wide.ports[port], context=no_certificate_check())
        else:
            client = (smtplib.LMTP if port == "lmtp" else smtplib.SMTP)("127.0.0.1", wide.ports[port])
        with client:
            if port in ("smtp", "submission"):
                client.starttls(context=no_certificate_check())
            if port.startswith("submission"):
                client.login(PIERRE, ACCOUNTS[PIERRE])
            client.sendmail(PIERRE, [ANNE], letter(f"smtplib {port}", sender=PIERRE))
    found = subjects(wide, ANNE)
    for port in ("smtp", "submission", "submissions", "lmtp"):
        assert found.count(f"smtplib {port}") == 1, found


def main():
    servers = {
        "wide": Server(dict(ACCOUNTS)),
        "tight": Server(dict(ACCOUNTS), extra=TIGHT),
        "strict": Server(dict(ACCOUNTS)),
    }
    strict = servers["strict"].config
    strict.write_text(strict.read_text().replace("plaintext_on_loopback = true", "plaintext_on_loopback = false\nfailures = 100"))
    try:
        for server in servers.values():
            server.start()
        run(globals(), **servers)
        for server in servers.values():
            assert server.stop() == 0, "SIGTERM did not end in exit 0"
            server.run("check")
    except BaseException:
        for name, server in servers.items():
            print(f"---- {name}\n{server.log()[-2000:]}", file=sys.stderr)
        raise
    finally:
        for server in servers.values():
            server.close()


if __name__ == "__main__":
    main()
