"""An IMAP client that hides nothing: what it sends and what comes are lines."""

import re
import socket


class Lines:
    """Signs in, unless nobody is named."""

    def __init__(self, port: int, user: str = "", password: str = "", timeout: float = 30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.file = self.socket.makefile("rb")
        self.count = 0
        self.line()
        if user:
            self.ok(f'LOGIN {user} "{password}"')

    def line(self) -> str:
        """One response, its literals and all, without the end of the line."""
        text = self.file.readline()
        while match := re.search(rb"\{(\d+)\}\r\n$", text):
            text += self.file.read(int(match[1])) + self.file.readline()
        assert text.endswith(b"\r\n"), text
        return text[:-2].decode("utf-8", "surrogateescape")

    def send(self, command: str | bytes) -> str:
        self.count += 1
        tag = f"t{self.count}"
        self.socket.sendall(tag.encode() + b" " + (command.encode() if isinstance(command, str) else command) + b"\r\n")
        return tag

    def end(self, tag: str) -> tuple[str, list[str]]:
        """What the tagged response says, and the untagged ones before it."""
        untagged = []
        while not (line := self.line()).startswith(tag + " "):
            assert line.startswith("* "), line
            untagged.append(line[2:])
        return line[len(tag) + 1 :], untagged

    def run(self, command: str | bytes) -> tuple[str, list[str]]:
        return self.end(self.send(command))

    def ok(self, command: str | bytes) -> list[str]:
        said, untagged = self.run(command)
        assert said.startswith("OK"), (command, said, untagged)
        self.said = said
        return untagged

    def refused(self, command: str | bytes, kind: str = "NO") -> str:
        said, _ = self.run(command)
        assert said.startswith(kind), (command, said)
        return said

    def append(self, mailbox: str, message: bytes, flags: str = "") -> None:
        self.ok(f"APPEND {mailbox} {flags}{{{len(message)}+}}\r\n".encode() + message)

    def nothing_comes(self, seconds: float = 0.3) -> None:
        """After a moment, what comes first is the answer of the next command."""
        self.socket.settimeout(seconds)
        try:
            assert not self.socket.recv(1, socket.MSG_PEEK), "nothing was to come"
        except TimeoutError:
            pass
        finally:
            self.socket.settimeout(30)

    def close(self) -> None:
        self.ok("LOGOUT")
        self.file.close()
        self.socket.close()
