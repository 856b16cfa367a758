"""A DNS server that lies, on a free port of 127.0.0.1. What it says of each name is the test's."""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable

from facteur import free_port

A, CNAME, MX = 1, 5, 15


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def mx(host: str, preference: int = 10) -> bytes:
    return struct.pack("!H", preference) + name(host)


class Question:
    """One question, and ways to answer it. `records`: (owner, type, data)."""

    def __init__(self, data: bytes, send: Callable[[bytes], None], by_tcp: bool):
        self.id, self.send, self.by_tcp = struct.unpack("!H", data[:2])[0], send, by_tcp
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode().lower())
            at += 1 + data[at]
        self.name = ".".join(labels)
        self.type = struct.unpack("!H", data[at + 1 : at + 3])[0]

    def answer(self, *records: tuple[str, int, bytes], code: int = 0, number: int | None = None, cut: bool = False, of: str = "") -> None:
        flags = 0x8180 | code | (0x0200 if cut else 0)
        head = struct.pack("!6H", self.id if number is None else number, flags, 1, len(records), 0, 0)
        asked = name(of or self.name) + struct.pack("!2H", self.type, 1)
        body = b"".join(name(owner) + struct.pack("!2HIH", kind, 1, 1, len(data)) + data for owner, kind, data in records)
        self.send(head + asked + body)


class LyingDns:
    """`tell`: answers a question, or does not."""

    def __init__(self, tell: Callable[[Question], None]):
        self.port, self.tell, self.ends = free_port(), tell, False
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.tcp = socket.create_server(("127.0.0.1", self.port), backlog=50)
        self.open: list[socket.socket] = []
        for work in (self.hear_datagrams, self.hear_connections):
            threading.Thread(target=work, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def hear_datagrams(self) -> None:
        while not self.ends:
            data, peer = self.udp.recvfrom(65536)
            send = lambda answer, peer=peer: self.udp.sendto(answer, peer)  # noqa: E731
            threading.Thread(target=self.tell, args=(Question(data, send, False),), daemon=True).start()

    def hear_connections(self) -> None:
        while not self.ends:
            client, _ = self.tcp.accept()
            self.open.append(client)  # stays open: a hanging one hangs
            threading.Thread(target=self.hear, args=(client,), daemon=True).start()

    def hear(self, client: socket.socket) -> None:
        try:
            while (size := client.recv(2)) and len(size) == 2:
                data = client.recv(struct.unpack("!H", size)[0], socket.MSG_WAITALL)
                self.tell(Question(data, lambda answer: client.sendall(struct.pack("!H", len(answer)) + answer), True))
        except OSError:
            pass

    def close(self) -> None:
        self.ends = True


def garbage(question: Question) -> None:
    question.send(struct.pack("!H", question.id) + random.randbytes(200))


def late(question: Question, *records: tuple[str, int, bytes]) -> None:
    time.sleep(0.05)
    question.answer(*records)
