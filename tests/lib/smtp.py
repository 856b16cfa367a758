"""SMTP as octets on a socket, for what a well-behaved client library would never send."""

import base64
import hashlib
import hmac
import secrets
import socket
import ssl


class Wire:
    """A connection that sends what it is told to, and reads whole replies as text, lines joined by a newline."""

    def __init__(self, port: int, greeted: bool = True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.buffer = b""
        if greeted:
            self.expect("220")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, data: bytes | str) -> None:
        try:
            self.socket.sendall(data.encode() if isinstance(data, str) else data)
        except (ConnectionError, BrokenPipeError):
            pass  # what the server said before it hung up is still to be read

    def read(self) -> str:
        """The next reply; empty when the server has closed."""
        lines = []
        while True:
            while b"\r\n" not in self.buffer:
                try:
                    data = self.socket.recv(65536)
                except ConnectionError:
                    data = b""
                if not data:
                    return "\n".join(lines)
                self.buffer += data
            line, self.buffer = self.buffer.split(b"\r\n", 1)
            lines.append(line.decode())
            if line[3:4] != b"-":
                return "\n".join(lines)

    def expect(self, *starts: str) -> str:
        """Reads one reply for each start, and checks it."""
        reply = ""
        for start in starts:
            reply = self.read()
            assert reply.startswith(start), f"expected {start!r}, heard {reply!r}"
        return reply

    def say(self, line: str, start: str) -> str:
        self.send(line + "\r\n")
        return self.expect(start)

    def begin(self, *recipients: str, sender: str = "x@elsewhere.test", hello: str = "EHLO client.test") -> None:
        """Up to the text of a message."""
        self.say(hello, "250")
        self.say(f"MAIL FROM:<{sender}>", "250")
        for recipient in recipients:
            self.say(f"RCPT TO:<{recipient}>", "250")
        self.say("DATA", "354")

    def start_tls(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.buffer = b""


def encode(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def scram(wire: Wire, user: str, password: str, binding: bytes | None = None, name: str = "tls-server-end-point") -> str:
    """Signs in by SCRAM-SHA-256, or -PLUS with a channel binding; checks the server's signature; gives the last reply."""
    header = f"p={name},," if binding is not None else "n,,"
    bare = f"n={user},r={secrets.token_urlsafe(18)}"
    mechanism = "SCRAM-SHA-256-PLUS" if binding is not None else "SCRAM-SHA-256"
    wire.send(f"AUTH {mechanism} {encode(header + bare)}\r\n")
    reply = wire.read()
    if not reply.startswith("334 "):
        return reply
    first = base64.b64decode(reply[4:]).decode()
    values = dict(part.split("=", 1) for part in first.split(","))
    assert values["r"].startswith(bare.split("r=")[1]) and int(values["i"]) >= 4096, first
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(values["s"]), int(values["i"]))
    final = f"c={encode(header.encode() + (binding or b''))},r={values['r']}"
    signed = ",".join([bare, first, final]).encode()
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
    proof = bytes(a ^ b for a, b in zip(client_key, signature))
    wire.send(encode(f"{final},p={encode(proof)}") + "\r\n")
    reply = wire.read()
    if not reply.startswith("334 "):
        return reply
    expected = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256")
    assert base64.b64decode(reply[4:]) == b"v=" + base64.b64encode(expected), "the server did not prove itself"
    wire.send("\r\n")
    return wire.read()
