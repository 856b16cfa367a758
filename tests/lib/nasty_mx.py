"""Mail servers that do what no mail server should, each on an address of loopback of its own and all on one port."""

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable

STAGES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "text", "dot")


class Peer:
    """A connection, with the little SMTP that a server needs."""

    def __init__(self, client: socket.socket):
        self.client, self.lines = client, client.makefile("rb")

    def say(self, text: str) -> None:
        self.client.sendall(text.encode() + b"\r\n")

    def reset(self) -> None:
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.lines.close()
        self.client.close()

    def take(self, until: str = "", reply: Callable[["Peer", str], None] | None = None) -> list[bytes]:
        """Messages that were sent, up to the stage at which the connection is reset; `reply` says what answers the dot."""
        taken: list[bytes] = []
        if until == "greeting":
            self.reset()
            return taken
        self.say("220 nasty.test ESMTP")
        while line := self.lines.readline():
            word = line[:4].strip().upper().decode(errors="replace")
            if word in ("EHLO", "MAIL", "RCPT", "DATA") and word == until:
                self.reset()
                return taken
            if word == "QUIT":
                self.say("221 bye")
                return taken
            if word != "DATA":
                self.say("250 ok")
                continue
            self.say("354 go on")
            text = b""
            while (line := self.lines.readline()) != b".\r\n":
                text += line
                if not line or (until == "text" and len(text) > 100):
                    self.reset()
                    return taken
            if until == "dot":
                self.reset()
                return taken
            taken.append(text)
            (reply or (lambda peer, _: peer.say("250 taken")))(self, text.decode(errors="replace"))
        return taken


class NastyMx:
    """`behave`: what is done with a connection, in a thread of its own."""

    def __init__(self, address: str, port: int, behave: Callable[[Peer, "NastyMx"], None]):
        self.address, self.behave = address, behave
        self.connections = 0
        self.taken: list[bytes] = []
        self.socket = socket.create_server((address, port), backlog=100)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.behave(Peer(client), self)
            client.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # or the thread that accepts keeps the port
        self.socket.close()


def good(peer: Peer, mx: NastyMx) -> None:
    peer.take(reply=lambda p, text: (mx.taken.append(text.encode()), p.say("250 taken")))


def resets(stage: str) -> Callable[[Peer, NastyMx], None]:
    return lambda peer, mx: mx.taken.extend(peer.take(stage))


def drips(peer: Peer, _: NastyMx) -> None:
    while True:
        for octet in b"220-one octet a second\r\n":
            peer.client.sendall(bytes([octet]))
            time.sleep(1)


def never_reads(peer: Peer, _: NastyMx) -> None:
    peer.say("220 nasty.test ESMTP")
    time.sleep(3600)


def never_reads_the_text(peer: Peer, _: NastyMx) -> None:
    peer.say("220 nasty.test ESMTP")
    for answer in ("250 ok", "250 ok", "250 ok", "354 go on"):
        peer.lines.readline()
        peer.say(answer)
    time.sleep(3600)


def never_ends_its_reply(peer: Peer, _: NastyMx) -> None:
    while True:
        peer.client.sendall(b"220-and so on\r\n" * 1000)


def never_ends_its_line(peer: Peer, _: NastyMx) -> None:
    while True:
        peer.client.sendall(b"2" * 10000)


def says_garbage(peer: Peer, _: NastyMx) -> None:
    peer.client.sendall(random.randbytes(3000) + b"\r\n")
    time.sleep(3600)


def speaks_in_pieces(peer: Peer, mx: NastyMx) -> None:
    def reply(of: Peer, text: str) -> None:
        mx.taken.append(text.encode())
        for piece in (b"2", b"50-ta", b"ken\r", b"\n250", b" 2.0.0 all", b" of it\r\n"):
            of.client.sendall(piece)
            time.sleep(0.1)

    peer.take(reply=reply)


def closes_once_after_the_dot(peer: Peer, mx: NastyMx) -> None:
    def reply(of: Peer, text: str) -> None:
        mx.taken.append(text.encode())
        if len(mx.taken) == 1:
            of.client.shutdown(socket.SHUT_RDWR)
        else:
            of.say("250 taken")

    peer.take(reply=reply)


def says_nonsense_codes(peer: Peer, _: NastyMx) -> None:
    peer.say("220 nasty.test")
    while line := peer.lines.readline():
        peer.say("250 ok" if line[:4].upper() in (b"EHLO", b"MAIL") else "999 what")
