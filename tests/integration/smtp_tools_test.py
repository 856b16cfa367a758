#!/usr/bin/env python3
"""The tools that operators and scripts send mail with: swaks and curl, over STARTTLS, TLS from the start, and LMTP."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server  # noqa: E402
from runner import run  # noqa: E402

ANNE, PIERRE, PASSWORD = "anne@academie.test", "pierre@academie.test", "chataigne-1"


def swaks(server: Server, port: str, subject: str, *options: str, code: int = 0) -> str:
    result = subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(server.ports[port]), "--from", ANNE, "--to", PIERRE]
        + ["--header", f"Subject: {subject}", *options],
        capture_output=True, text=True, timeout=60,
    )
    assert result.returncode == code, f"swaks: exit {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


def curl(server: Server, scheme: str, port: str, subject: str, *options: str) -> None:
    message = f"From: <{ANNE}>\r\nTo: <{PIERRE}>\r\nSubject: {subject}\r\n\r\nBonjour.\r\n"
    result = subprocess.run(
        ["curl", "--silent", "--show-error", "--insecure", f"{scheme}://127.0.0.1:{server.ports[port]}/client.test"]
        + ["--mail-from", ANNE, "--mail-rcpt", PIERRE, "--upload-file", "-", *options],
        input=message.encode(), capture_output=True, timeout=60,
    )
    assert result.returncode == 0, result.stderr.decode()


def expect(server: Server, *subjects: str) -> None:
    found = [email["subject"] for email in server.jmap(PIERRE).emails(["subject"])]
    for subject in subjects:
        assert found.count(subject) == 1, f"{subject!r} is not there once: {found}"


def test_swaks(server: Server):
    login = ("--auth-user", ANNE, "--auth-password", PASSWORD)
    swaks(server, "smtp", "swaks plain")
    swaks(server, "smtp", "swaks starttls", "--tls")
    swaks(server, "smtp", "swaks pipelined", "--pipeline")
    swaks(server, "submission", "swaks PLAIN", "--tls", "--auth", "PLAIN", *login)
    swaks(server, "submission", "swaks LOGIN", "--tls", "--auth", "LOGIN", *login)
    swaks(server, "submissions", "swaks tls on connect", "--tls-on-connect", "--auth", "PLAIN", *login)
    swaks(server, "lmtp", "swaks lmtp", "--protocol", "LMTP")
    expect(server, "swaks plain", "swaks starttls", "swaks pipelined", "swaks PLAIN", "swaks LOGIN",
           "swaks tls on connect", "swaks lmtp")


def test_swaks_is_refused(server: Server):
    assert "550 5.7.1" in swaks(server, "smtp", "relay", "--to", "x@elsewhere.test", code=24)
    assert "535 5.7.8" in swaks(
        server, "submission", "wrong", "--tls", "--auth", "PLAIN", "--auth-user", ANNE, "--auth-password", "wrong", code=28)


def test_curl(server: Server):
    login = ("--user", f"{ANNE}:{PASSWORD}")
    curl(server, "smtp", "smtp", "curl plain")
    curl(server, "smtp", "submission", "curl starttls", "--ssl-reqd", *login)
    curl(server, "smtps", "submissions", "curl smtps", *login)
    expect(server, "curl plain", "curl starttls", "curl smtps")


def main():
    server = Server({ANNE: PASSWORD, PIERRE: "noisette-2"})
    try:
        server.start()
        run(globals(), server=server)
    except BaseException:
        print(server.log()[-3000:], file=sys.stderr)
        raise
    finally:
        server.close()


if __name__ == "__main__":
    main()
