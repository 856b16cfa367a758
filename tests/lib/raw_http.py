"""HTTP and WebSocket as bytes: for tests that must see exactly what goes over the wire."""

import base64
import json
import os
import socket
import ssl
import struct
import time


class Response:
    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self):
        return json.loads(self.body)


class Wire:
    """One connection."""

    def __init__(self, port: int, tls: bool = False, timeout: float = 30, receive_buffer: int = 0):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def more(self) -> bool:
        """Reads on; False at the end."""
        data = self.socket.recv(1 << 16)
        self.buffer += data
        return bool(data)

    def until(self, end: bytes) -> bytes:
        while end not in self.buffer:
            if not self.more():
                raise EOFError(f"the connection ended after {self.buffer!r}")
        found, self.buffer = self.buffer.split(end, 1)
        return found

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self.more():
                raise EOFError("the connection ended")
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def rest(self) -> bytes:
        while self.more():
            pass
        found, self.buffer = self.buffer, b""
        return found

    def head(self) -> Response:
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
        return Response(int(lines[0].split(" ")[1]), headers, b"")

    def response(self, method: str = "GET") -> Response:
        response = self.head()
        length = response.header("content-length")
        if method == "HEAD" or response.status in (101, 204, 304):
            return response
        response.body = self.exactly(int(length)) if length is not None else self.rest()
        return response

    def request(self, method: str, path: str, headers: dict | None = None, body: bytes = b"") -> Response:
        self.send(write(method, path, headers, body))
        return self.response(method)


def write(method: str, path: str, headers: dict | None = None, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1"]
    headers = {"Host": "localhost", **(headers or {})}
    if body and "Transfer-Encoding" not in headers:
        headers.setdefault("Content-Length", str(len(body)))
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def basic(address: str, password: str) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(f"{address}:{password}".encode()).decode()}


class EventSource:
    def __init__(self, wire: Wire, path: str, headers: dict):
        self.wire = wire
        wire.send(write("GET", path, headers))
        self.head = wire.head()

    def next(self) -> dict:
        """The next event; comments are skipped."""
        while True:
            event = {}
            for line in self.wire.until(b"\n\n").decode().split("\n"):
                name, _, value = line.partition(": ")
                if name:
                    event[name] = event.get(name, "") + value
            if event:
                return event

    def wait(self, name: str) -> dict:
        """The data of the next event of this name."""
        while True:
            event = self.next()
            if event.get("event") == name:
                return {**event, "data": json.loads(event["data"])}


class WebSocket:
    """RFC 6455, the client's side; text frames of any size, no fragments but when asked."""

    def __init__(self, wire: Wire, path: str, headers: dict, protocol: str | None = "jmap"):
        self.wire = wire
        handshake = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **({"Sec-WebSocket-Protocol": protocol} if protocol else {}),
            **headers,
        }
        wire.send(write("GET", path, handshake))
        self.head = wire.response()

    def frame(self, kind: int, payload: bytes, final: bool = True) -> None:
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([(0x80 if final else 0) | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 1 << 16:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        self.wire.send(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def send(self, value) -> None:
        self.frame(1, json.dumps(value).encode())

    def receive(self) -> tuple[int, bytes]:
        kind, size = self.wire.exactly(2)
        if size == 126:
            size = struct.unpack(">H", self.wire.exactly(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.wire.exactly(8))[0]
        return kind & 0x0F, self.wire.exactly(size)

    def next(self) -> dict:
        """The next text message; pings are answered."""
        while True:
            kind, payload = self.receive()
            if kind == 9:
                self.frame(10, payload)
            elif kind == 8:
                raise EOFError(f"closed: {struct.unpack('>H', payload[:2])[0]} {payload[2:].decode()}")
            elif kind == 1:
                return json.loads(payload)


def wait_for(condition, what: str, seconds: float = 30):
    """Returns the first true value of `condition()`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")
