#!/usr/bin/env python3
"""Every route of HTTP over real sockets: who may ask, what comes back, and what is refused."""

import json
import pathlib
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server  # noqa: E402
from imap_lines import Lines  # noqa: E402
from raw_http import EventSource, WebSocket, Wire, basic, wait_for, write  # noqa: E402

ACCOUNTS = {
    f"{name}@academie.test": f"secret-{name}"
    for name in ("anne", "bob", "carol", "dora", *(f"many{n}" for n in range(20)))
}
ANNE = basic("anne@academie.test", "secret-anne")
JSON = {"Content-Type": "application/json"}
SAME = {"Origin": "http://localhost"}
OTHER = {"Origin": "https://elsewhere.test"}
CORE = "urn:ietf:params:jmap:core"
PROGRAMS = 4  # of one person, each of which may have under way what the session object says
MAIL = "urn:ietf:params:jmap:mail"
ECHO = json.dumps({"using": [CORE], "methodCalls": [["Core/echo", {"n": 1}, "c"]]}).encode()

server: Server


def setUpModule():
    global server
    server = Server(ACCOUNTS, extra='[limits]\nupload = "3 MB"\nrequest = "1 MB"\n')
    server.start()


def tearDownModule():
    server.close()


def wire(**options) -> Wire:
    return Wire(server.ports["https" if options.get("tls") else "http"], **options)


def ask(method, path, headers=None, body=b"", **options):
    with wire(**options) as connection:
        return connection.request(method, path, headers, body)


def login(name, password=None, remember=False, headers=SAME, **options):
    body = {"username": f"{name}@academie.test", "password": password or f"secret-{name}", "remember": remember}
    return ask("POST", "/auth/login", {**JSON, **headers}, json.dumps(body).encode(), **options)


def cookie_of(response) -> dict:
    return {"Cookie": response.header("set-cookie").split(";")[0]}


def counted(command) -> int:
    """How many of these requests were answered with 200 over TLS."""
    with Wire(server.ports["admin"]) as connection:
        text = connection.request("GET", "/metrics").body.decode()
    line = f'facteur_commands_total{{command="{command}",door="https",result="200"}} '
    return int(next((found.removeprefix(line) for found in text.split("\n") if found.startswith(line)), 0))


def account_of(headers) -> str:
    return ask("GET", "/jmap/session", headers).json()["primaryAccounts"][MAIL]


def change_something(headers, account) -> None:
    """A commit of the account: a mailbox is made."""
    change_something.count = getattr(change_something, "count", 0) + 1
    create = {"accountId": account, "create": {"m": {"name": f"Dossier {change_something.count}"}}}
    calls = {"using": [CORE, MAIL], "methodCalls": [["Mailbox/set", create, "0"]]}
    answer = ask("POST", "/jmap/api", {**JSON, **headers}, json.dumps(calls).encode())
    assert answer.json()["methodResponses"][0][1]["created"], answer.body


class Pages(unittest.TestCase):
    def test_start_page(self):
        page = ask("GET", "/")
        self.assertEqual(page.status, 200)
        self.assertIn("nosniff", page.header("x-content-type-options"))
        head = ask("HEAD", "/")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.header("content-length"), page.header("content-length"))

    def test_interface(self):
        page = ask("GET", "/")
        if not page.header("content-type").startswith("text/html"):
            self.skipTest("this build has no web interface")
        self.assertIn("script-src 'self';", page.header("content-security-policy"))
        self.assertIn("frame-ancestors 'none'", page.header("content-security-policy"))
        self.assertEqual(page.header("cache-control"), "no-cache")
        self.assertEqual(ask("GET", "/mail/inbox").body, page.body)
        again = ask("GET", "/", {"If-None-Match": page.header("etag")})
        self.assertEqual((again.status, again.body), (304, b""))
        packed = ask("GET", "/", {"Accept-Encoding": "gzip"})
        self.assertEqual(packed.header("content-encoding"), "gzip")
        script = page.body.decode().split('src="', 1)[1].split('"')[0]
        asset = ask("GET", script)
        self.assertEqual(asset.status, 200)
        self.assertIn("immutable", asset.header("cache-control"))
        self.assertTrue(asset.header("content-type").startswith("text/javascript"))

    def test_nothing_there(self):
        for path in ("/assets/none.js", "/favicon-none.ico", "/jmap/none", "/auth/none", "/.well-known/none"):
            with self.subTest(path):
                self.assertEqual(ask("GET", path).status, 404)
        self.assertEqual(ask("GET", "/metrics.txt").status, 404)

    def test_methods(self):
        for path, allowed in (
            ("/jmap/api", "POST, OPTIONS"),
            ("/jmap/session", "GET, HEAD, OPTIONS"),
            ("/auth/sessions/x", "DELETE, OPTIONS"),
            ("/", "GET, HEAD, OPTIONS"),
        ):
            with self.subTest(path):
                refused = ask("PATCH", path)
                self.assertEqual((refused.status, refused.header("allow")), (405, allowed))
                options = ask("OPTIONS", path)
                self.assertEqual((options.status, options.header("allow")), (204, allowed))

    def test_admin_door(self):
        def admin(path):
            with Wire(server.ports["admin"]) as connection:
                return connection.request("GET", path)

        self.assertEqual(admin("/healthz").body, b"ok\n")
        self.assertEqual(admin("/readyz").status, 200)
        ask("GET", "/jmap/session")
        text = admin("/metrics").body.decode()
        self.assertIn('facteur_commands_total{command="GET /jmap/session",door="http",result="401"}', text)
        self.assertIn('facteur_connections_open{door="admin"} 1', text)
        self.assertEqual(admin("/jmap/session").status, 404)
        for path in ("/healthz.x", "/metrics/"):
            self.assertEqual(admin(path).status, 404)


class SignIn(unittest.TestCase):
    def test_login_gives_a_cookie(self):
        answer = login("anne")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json()["address"], "anne@academie.test")
        self.assertEqual(answer.json()["accountId"], account_of(ANNE))
        query = {"using": [CORE, MAIL], "methodCalls": [["Mailbox/query", {"accountId": account_of(ANNE), "filter": {"role": "inbox"}}, "0"]]}
        found = ask("POST", "/jmap/api", {**ANNE, **JSON}, json.dumps(query).encode()).json()["methodResponses"][0][1]["ids"]
        self.assertEqual([answer.json()["inbox"]], found)
        cookie = answer.header("set-cookie")
        for part in ("facteur=", "HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, cookie)
        self.assertNotIn("Secure", cookie)
        self.assertNotIn("Max-Age", cookie)
        self.assertEqual(ask("GET", "/jmap/session", cookie_of(answer)).status, 200)
        self.assertIn("Max-Age=2592000", login("anne", remember=True).header("set-cookie"))

    def test_over_tls_the_cookie_is_secure(self):
        answer = login("anne", headers={"Origin": "https://localhost"}, tls=True)
        self.assertEqual(answer.status, 200)
        self.assertIn("Secure", answer.header("set-cookie"))
        self.assertEqual(ask("GET", "/jmap/session", cookie_of(answer), tls=True).status, 200)

    def test_errors(self):
        wrong = login("anne", "no")
        self.assertEqual((wrong.status, wrong.json()), (401, {"error": "wrong"}))
        unknown = login("nobody")
        self.assertEqual((unknown.status, unknown.json()), (401, {"error": "wrong"}))
        for body in (b"", b"[]", b'{"username":"anne"}', b'{"username":1,"password":"x"}', b"{" * 100):
            with self.subTest(body):
                answer = ask("POST", "/auth/login", JSON, body)
                self.assertEqual((answer.status, answer.json()["error"]), (400, "malformed"))
        large = ask("POST", "/auth/login", JSON, b" " * 20000)
        self.assertEqual(large.status, 413)

    def test_guessing_has_to_wait(self):
        for _ in range(10):
            self.assertEqual(login("carol", "guess").status, 401)
        answer = login("carol")
        self.assertEqual((answer.status, answer.json()["error"]), (429, "wait"))
        self.assertGreater(answer.json()["retryAfter"], 0)
        self.assertEqual(answer.header("retry-after"), str(answer.json()["retryAfter"]))
        self.assertEqual(ask("GET", "/jmap/session", basic("carol@academie.test", "secret-carol")).status, 429)

    def test_logout_ends_the_session(self):
        cookie = cookie_of(login("anne"))
        self.assertEqual(ask("POST", "/auth/logout", {**cookie, **OTHER}).status, 403)
        self.assertEqual(ask("POST", "/auth/logout", cookie).status, 403)
        answer = ask("POST", "/auth/logout", {**cookie, **SAME})
        self.assertEqual(answer.status, 204)
        self.assertIn("Max-Age=0", answer.header("set-cookie"))
        self.assertEqual(ask("GET", "/jmap/session", cookie).status, 401)
        self.assertEqual(ask("POST", "/auth/logout", SAME).status, 204)

    def test_logout_leaves_the_mail_programs_alone(self):
        mail_program = Lines(server.ports["imap"], "bob@academie.test", "secret-bob")
        mail_program.ok("SELECT INBOX")
        self.assertEqual(ask("POST", "/auth/logout", {**cookie_of(login("bob")), **SAME}).status, 204)
        mail_program.nothing_comes(1)
        mail_program.ok("NOOP")

    def test_mail_programs_of_a_closed_account_are_ended(self):
        """Whatever they do."""
        _, selected, idle, was_idle = programs = [
            Lines(server.ports["imap"], "bob@academie.test", "secret-bob") for _ in range(4)
        ]
        for program in (selected, idle, was_idle):
            program.ok("SELECT INBOX")
        for program in (idle, was_idle):
            tag = program.send("IDLE")
            self.assertEqual(program.line()[:1], "+")
        was_idle.socket.sendall(b"DONE\r\n")
        self.assertIn("OK", was_idle.end(tag)[0])
        server.run("account", "suspend", "bob@academie.test")
        for program in programs:
            self.assertIn("BYE [UNAVAILABLE]", program.line())
        server.run("account", "resume", "bob@academie.test")

    def test_sessions_are_listed_and_closed(self):
        first, second = (cookie_of(login("dora", headers={**SAME, "User-Agent": agent})) for agent in ("one", "two"))
        sessions = ask("GET", "/auth/sessions", first).json()["sessions"]
        current = [s for s in sessions if s["current"]]
        self.assertEqual([s["userAgent"] for s in current], ["one"])
        other = next(s for s in sessions if s["userAgent"] == "two")
        self.assertEqual(other["address"], "127.0.0.1")
        path = f"/auth/sessions/{other['id']}"
        self.assertEqual(ask("DELETE", path, first).status, 403)
        with wire() as stream_wire:
            stream = EventSource(stream_wire, "/jmap/eventsource/", second)
            self.assertEqual(ask("DELETE", path, {**first, **SAME}).status, 204)
            self.assertEqual(stream.wire.rest(), b"")  # its stream ends too
        self.assertEqual(ask("GET", "/jmap/session", second).status, 401)
        self.assertEqual(ask("GET", "/jmap/session", first).status, 200)
        self.assertEqual(ask("DELETE", path, {**first, **SAME}).status, 404)

    def test_basic(self):
        self.assertEqual(ask("GET", "/jmap/session", ANNE).status, 200)
        refused = ask("GET", "/jmap/session", basic("anne@academie.test", "no"))
        self.assertEqual(refused.status, 401)
        self.assertTrue(refused.header("www-authenticate").startswith("Basic "))
        self.assertEqual(refused.json()["status"], 401)
        # The UI asks for the password itself.
        from_page = ask("GET", "/jmap/session", {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"})
        self.assertEqual((from_page.status, from_page.header("www-authenticate")), (401, None))
        for header in ("Bearer abc", "Basic", "Basic !!!", "Basic bm9jb2xvbg=="):
            with self.subTest(header):
                self.assertEqual(ask("GET", "/jmap/session", {"Authorization": header}).status, 401)

    def test_secrets_need_a_safe_way(self):
        far = {"X-Forwarded-For": "203.0.113.7"}
        self.assertEqual(ask("GET", "/jmap/session", {**ANNE, **far}).status, 403)
        refused = login("anne", headers={**SAME, **far})
        self.assertEqual((refused.status, refused.json()["error"]), (403, "insecure"))
        secure = {**far, "X-Forwarded-Proto": "https"}
        answer = login("anne", headers={"Origin": "https://localhost", **secure})
        self.assertEqual(answer.status, 200)
        self.assertIn("Secure", answer.header("set-cookie"))
        sessions = ask("GET", "/auth/sessions", {**cookie_of(answer), **secure}).json()["sessions"]
        self.assertEqual(next(s for s in sessions if s["current"])["address"], "203.0.113.7")

    def test_other_sites_change_nothing(self):
        cookie = {**cookie_of(login("anne")), **JSON}
        for headers, status in (
            ({}, 403),
            (OTHER, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://localhost.elsewhere.test"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site", **SAME}, 403),
            ({"Sec-Fetch-Site": "same-origin", **OTHER}, 403),
            (SAME, 200),
            ({"Sec-Fetch-Site": "same-origin"}, 200),
        ):
            with self.subTest(headers):
                self.assertEqual(ask("POST", "/jmap/api", {**cookie, **headers}, ECHO).status, status)
        self.assertEqual(ask("POST", "/auth/login", {**JSON, **OTHER}, b"{}").status, 403)
        self.assertEqual(ask("POST", "/jmap/api", {**ANNE, **JSON, **OTHER}, ECHO).status, 403)
        self.assertEqual(ask("GET", "/jmap/eventsource/", {**cookie, **OTHER}).status, 403)
        with wire() as connection:
            self.assertEqual(WebSocket(connection, "/jmap/ws", {**cookie, **OTHER}).head.status, 403)


class Api(unittest.TestCase):
    def test_session_object(self):
        for path in ("/.well-known/jmap", "/jmap/session"):
            session = ask("GET", path, {**ANNE, "Host": "mail.academie.test:8080"}).json()
            self.assertEqual(session["username"], "anne@academie.test")
            self.assertTrue(session["apiUrl"].startswith("http://mail.academie.test:8080/jmap/api"))
            self.assertIn(account_of(ANNE), session["accounts"])
        secure = ask("GET", "/jmap/session", ANNE, tls=True).json()
        self.assertTrue(secure["apiUrl"].startswith("https://localhost/"))
        self.assertEqual(secure["capabilities"][CORE]["maxSizeUpload"], 3_000_000)

    def test_calls(self):
        answer = ask("POST", "/jmap/api", {**ANNE, **JSON}, ECHO)
        self.assertEqual(answer.json()["methodResponses"], [["Core/echo", {"n": 1}, "c"]])
        self.assertEqual(answer.json()["sessionState"], ask("GET", "/jmap/session", ANNE).json()["state"])
        self.assertIn("no-store", answer.header("cache-control"))

    def test_large_answers_are_packed(self):
        large = json.dumps({"using": [CORE], "methodCalls": [["Core/echo", {"n": "x" * 50000}, "c"]]}).encode()
        packed = ask("POST", "/jmap/api", {**ANNE, **JSON, "Accept-Encoding": "gzip"}, large)
        self.assertEqual(packed.header("content-encoding"), "gzip")
        self.assertLess(len(packed.body), 2000)
        self.assertEqual(len(ask("POST", "/jmap/api", {**ANNE, **JSON}, large).json()["methodResponses"][0][1]["n"]), 50000)

    def problem(self, body, headers=JSON):
        answer = ask("POST", "/jmap/api", {**ANNE, **headers}, body)
        self.assertEqual(answer.header("content-type"), "application/problem+json")
        self.assertEqual(answer.status, 400)
        return answer.json()["type"].removeprefix("urn:ietf:params:jmap:error:"), answer.json().get("limit")

    def test_errors_of_requests(self):
        self.assertEqual(self.problem(b"{"), ("notJSON", None))
        self.assertEqual(self.problem(ECHO, {"Content-Type": "text/plain"}), ("notJSON", None))
        self.assertEqual(self.problem(b"{}"), ("notRequest", None))
        self.assertEqual(self.problem(b'{"using":["x"],"methodCalls":[]}'), ("unknownCapability", None))
        self.assertEqual(self.problem(b" " * 1_000_001), ("limit", "maxSizeRequest"))
        calls = {"using": [CORE], "methodCalls": [["Core/echo", {}, "c"]] * 65}
        self.assertEqual(self.problem(json.dumps(calls).encode()), ("limit", "maxCallsInRequest"))
        self.assertEqual(ask("POST", "/jmap/api", JSON, ECHO).status, 401)

    def test_requests_at_a_time(self):
        most = PROGRAMS * ask("GET", "/jmap/session", ANNE).json()["capabilities"][CORE]["maxConcurrentRequests"]
        open_requests = []
        for _ in range(most + 1):
            connection = wire()
            # Announced, and room kept for it, but not sent.
            connection.send(write("POST", "/jmap/api", {**ANNE, **JSON, "Expect": "100-continue", "Content-Length": str(len(ECHO))}))
            open_requests.append(connection)
        heads = [connection.head() for connection in open_requests]
        self.assertEqual(sorted(head.status for head in heads), [100] * most + [400])
        for connection, head in zip(open_requests, heads):
            if head.status == 100:
                connection.send(ECHO)
                self.assertEqual(connection.response().status, 200)
            connection.close()
        self.assertEqual(ask("POST", "/jmap/api", {**ANNE, **JSON}, ECHO).status, 200)


class Blobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.account = account_of(ANNE)
        cls.bytes = bytes(range(256)) * 10000  # 2.56 MB: more than two pieces
        answer = cls.upload(cls.bytes, "Text/Plain; charset=utf-8")
        assert answer.status == 201, answer.body
        cls.uploaded = answer.json()

    @classmethod
    def upload(cls, data, kind="text/plain", headers=ANNE):
        return ask("POST", f"/jmap/upload/{cls.account}/", {**headers, "Content-Type": kind}, data)

    def path(self, name="le%C3%A7on.txt", kind="text/plain", account=None):
        return f"/jmap/download/{account or self.account}/{self.uploaded['blobId']}/{name}?type={kind}"

    def test_upload(self):
        self.assertEqual(self.uploaded["accountId"], self.account)
        self.assertEqual(self.uploaded["size"], len(self.bytes))
        self.assertEqual(self.uploaded["type"], "text/plain; charset=utf-8")
        self.assertEqual(self.upload(self.bytes).json()["blobId"], self.uploaded["blobId"])
        self.assertEqual(self.upload(b"").status, 201)
        self.assertEqual(self.upload(b"x", "odd type").json()["type"], "application/octet-stream")

    def test_upload_in_chunks(self):
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (b"one ", b"two ", b"x" * 70000)) + b"0\r\n\r\n"
        headers = {**ANNE, "Content-Type": "text/plain", "Transfer-Encoding": "chunked"}
        answer = ask("POST", f"/jmap/upload/{self.account}/", headers, chunked)
        self.assertEqual((answer.status, answer.json()["size"]), (201, 70008))

    def test_uploads_that_are_refused(self):
        large = self.upload(b"x" * 3_000_001)
        self.assertEqual((large.status, large.json()["limit"]), (413, "maxSizeUpload"))
        with wire() as connection:
            connection.send(write("POST", f"/jmap/upload/{self.account}/", {**ANNE, "Transfer-Encoding": "chunked"}))
            with self.assertRaises((ConnectionError, StopIteration)):
                for _ in range(200):
                    connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                raise StopIteration
            answer = connection.response()
            self.assertEqual((answer.status, answer.json()["limit"]), (413, "maxSizeUpload"))
        self.assertEqual(ask("POST", "/jmap/upload/a999/", ANNE, b"x").status, 404)
        self.assertEqual(ask("POST", "/jmap/upload//", ANNE, b"x").status, 404)
        self.assertEqual(ask("POST", f"/jmap/upload/{self.account}/", {}, b"x").status, 401)

    def test_a_body_of_nobody_is_not_read(self):
        with wire() as connection:
            headers = {"Content-Length": "2000000", "Expect": "100-continue"}
            connection.send(write("POST", f"/jmap/upload/{self.account}/", headers))
            self.assertEqual(connection.response().status, 401)

    def test_uploads_at_a_time(self):
        most = PROGRAMS * ask("GET", "/jmap/session", ANNE).json()["capabilities"][CORE]["maxConcurrentUpload"]
        connections = [wire() for _ in range(most + 1)]
        headers = {**ANNE, "Content-Length": "4", "Expect": "100-continue"}
        for connection in connections:
            connection.send(write("POST", f"/jmap/upload/{self.account}/", headers))
        heads = [connection.head() for connection in connections]
        self.assertEqual(sorted(head.status for head in heads), [100] * most + [400])
        for connection in connections:
            connection.close()
        wait_for(lambda: self.upload(b"again").status == 201, "room for an upload")

    def test_download(self):
        answer = ask("GET", self.path(), ANNE)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body, self.bytes)
        self.assertEqual(answer.header("content-type"), "text/plain")
        self.assertTrue(answer.header("content-disposition").startswith("attachment; "))
        self.assertIn("le%C3%A7on.txt", answer.header("content-disposition"))
        self.assertIn("sandbox", answer.header("content-security-policy"))
        self.assertEqual(answer.header("x-content-type-options"), "nosniff")
        self.assertIn("immutable", answer.header("cache-control"))
        self.assertIn("private", answer.header("cache-control"))
        head = ask("HEAD", self.path(), ANNE)
        self.assertEqual((head.status, head.header("content-length")), (200, str(len(self.bytes))))
        unchanged = ask("GET", self.path(), {**ANNE, "If-None-Match": answer.header("etag")})
        self.assertEqual((unchanged.status, unchanged.body), (304, b""))

    def test_ranges(self):
        def ranged(value, **more):
            return ask("GET", self.path(), {**ANNE, "Range": value, **more})

        size = len(self.bytes)
        part = ranged("bytes=10-19")
        self.assertEqual((part.status, part.body), (206, self.bytes[10:20]))
        self.assertEqual(part.header("content-range"), f"bytes 10-19/{size}")
        self.assertEqual(ranged("bytes=-5").body, self.bytes[-5:])
        self.assertEqual(ranged(f"bytes={size - 1}-").body, self.bytes[-1:])
        large = ranged("bytes=1000-2200000")
        self.assertEqual((large.status, large.body), (206, self.bytes[1000:2200001]))
        outside = ranged(f"bytes={size}-")
        self.assertEqual((outside.status, outside.header("content-range")), (416, f"bytes */{size}"))
        self.assertEqual(ranged("bytes=0-1,4-5").status, 200)
        self.assertEqual(ranged("bytes=0-1", **{"If-Range": '"other"'}).status, 200)
        self.assertEqual(ranged("bytes=0-1", **{"If-Range": part.header("etag")}).status, 206)

    def test_no_content_becomes_script(self):
        for kind in ("text/javascript", "application/x-ecmascript", "text/html", "text/css", "application/xhtml%2Bxml", "a/wasm"):
            with self.subTest(kind):
                self.assertEqual(ask("HEAD", self.path(kind=kind), ANNE).header("content-type"), "application/octet-stream")
        for kind in ("", "nonsense", "a/b%0D%0AX-Evil:1", "text/plain;%20a"):
            with self.subTest(kind):
                answer = ask("HEAD", self.path(kind=kind), ANNE)
                self.assertEqual(answer.header("content-type"), "application/octet-stream")
                self.assertIsNone(answer.header("x-evil"))
        self.assertEqual(ask("HEAD", self.path(kind="image/png"), ANNE).header("content-type"), "image/png")
        name = ask("HEAD", self.path(name="x%2F..%5C..%5Cetc%5Cpa%22sswd"), ANNE).header("content-disposition")
        self.assertEqual(name, 'attachment; filename="passwd"')

    def test_blobs_of_others(self):
        bob = basic("dora@academie.test", "secret-dora")
        self.assertEqual(ask("GET", self.path(), bob).status, 404)
        self.assertEqual(ask("GET", self.path(account=account_of(bob)), bob).status, 404)
        self.assertEqual(ask("GET", self.path(), {}).status, 401)
        self.assertEqual(ask("GET", f"/jmap/download/{self.account}/nothing/x", ANNE).status, 404)
        self.assertEqual(ask("GET", "/jmap/download/", ANNE).status, 404)

    def test_a_client_that_reads_slowly_or_goes(self):
        with wire(receive_buffer=4096) as slow:
            slow.send(write("GET", self.path(), ANNE))
            self.assertEqual(slow.head().status, 200)
            for _ in range(3):
                with wire(receive_buffer=4096) as gone:
                    gone.send(write("GET", self.path(), ANNE))
                    self.assertEqual(gone.head().status, 200)
            self.assertEqual(slow.exactly(len(self.bytes)), self.bytes)
            # The connection goes on.
            self.assertEqual(slow.request("GET", "/jmap/session", ANNE).status, 200)


class Push(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.account = account_of(ANNE)

    def source(self, connection, query="", headers=ANNE):
        stream = EventSource(connection, "/jmap/eventsource/?" + query, headers)
        self.assertEqual(stream.head.status, 200)
        self.assertTrue(stream.head.header("content-type").startswith("text/event-stream"))
        return stream

    def state(self):
        calls = {"using": [CORE, MAIL], "methodCalls": [["Mailbox/get", {"accountId": self.account, "ids": []}, "0"]]}
        answer = ask("POST", "/jmap/api", {**ANNE, **JSON}, json.dumps(calls).encode())
        return answer.json()["methodResponses"][0][1]["state"]

    def test_a_change_arrives(self):
        with wire() as connection, wire(tls=True) as secure:
            streams = [self.source(connection, "types=*&closeafter=no&ping=0"), self.source(secure)]
            change_something(ANNE, self.account)
            for stream in streams:
                event = stream.wait("state")
                self.assertEqual(event["data"]["@type"], "StateChange")
                self.assertEqual(event["data"]["changed"][self.account]["Mailbox"], self.state())
                self.assertNotIn("Email", event["data"]["changed"][self.account])

    def test_only_the_types_that_were_asked_for(self):
        with wire() as connection, wire() as other:
            quiet = self.source(connection, "types=Identity&ping=5")
            loud = self.source(other, "types=Thread,Mailbox")
            change_something(ANNE, self.account)
            loud.wait("state")
            self.assertEqual(quiet.next()["event"], "ping")

    def test_close_after_state(self):
        with wire() as connection:
            stream = self.source(connection, "closeafter=state")
            change_something(ANNE, self.account)
            stream.wait("state")
            self.assertEqual(connection.rest(), b"")

    def test_what_was_missed_comes_at_once(self):
        with wire() as connection:
            stream = self.source(connection)
            change_something(ANNE, self.account)
            last = stream.wait("state")["id"]
        change_something(ANNE, self.account)
        with wire() as connection:
            event = self.source(connection, headers={**ANNE, "Last-Event-ID": last}).wait("state")
            self.assertEqual(event["data"]["changed"][self.account]["Mailbox"], self.state())
        with wire() as connection:
            stream = self.source(connection, "ping=5", {**ANNE, "Last-Event-ID": event["id"]})
            self.assertEqual(stream.next()["event"], "ping")

    def test_parameters_are_checked(self):
        for query in ("closeafter=never", "ping=soon"):
            self.assertEqual(ask("GET", "/jmap/eventsource/?" + query, ANNE).status, 400)
        self.assertEqual(ask("GET", "/jmap/eventsource/").status, 401)

    def test_a_suspended_account_loses_its_streams(self):
        bob = basic("bob@academie.test", "secret-bob")
        cookie = cookie_of(login("bob"))
        with wire() as one, wire() as two, wire() as three:
            streams = [self.source(one, headers=bob), self.source(two, headers=cookie)]
            socket_ = WebSocket(three, "/jmap/ws", bob)
            self.assertEqual(socket_.head.status, 101)
            server.run("account", "suspend", "bob@academie.test")
            for stream in streams:
                self.assertEqual(stream.wire.rest(), b"")
            with self.assertRaisesRegex(EOFError, "1008"):
                socket_.next()
        refused = login("bob")
        self.assertEqual((refused.status, refused.json()["error"]), (403, "suspended"))
        self.assertEqual(ask("GET", "/jmap/session", cookie).status, 401)
        self.assertEqual(ask("GET", "/jmap/session", bob).status, 403)
        server.run("account", "resume", "bob@academie.test")

    def test_a_thousand_streams(self):
        streams = []
        before = server.memory()
        for n in range(1000):
            headers = basic(f"many{n % 20}@academie.test", f"secret-many{n % 20}")
            streams.append(EventSource(wire(), "/jmap/eventsource/", headers))
        self.assertTrue(all(stream.head.status == 200 for stream in streams))
        each = (server.memory() - before) / 1000
        print(f"\nmemory of an idle EventSource connection: {each / 1024:.1f} KiB", file=sys.stderr)
        me = basic("many7@academie.test", "secret-many7")
        change_something(me, account_of(me))
        for stream in streams[7::20]:
            stream.wait("state")
        for stream in streams:
            stream.wire.close()


class Sockets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.account = account_of(ANNE)

    def open(self, connection, headers=ANNE, **options):
        opened = WebSocket(connection, "/jmap/ws", headers, **options)
        self.assertEqual(opened.head.status, 101)
        return opened

    def test_requests_in_order(self):
        with wire() as connection:
            jmap = self.open(connection)
            self.assertEqual(jmap.head.header("sec-websocket-protocol"), "jmap")
            for n in range(20):
                call = ["Core/echo", {"n": n}, "c"]
                jmap.send({"@type": "Request", "id": f"r{n}", "using": [CORE], "methodCalls": [call]})
            for n in range(20):
                answer = jmap.next()
                self.assertEqual((answer["@type"], answer["requestId"]), ("Response", f"r{n}"))
                self.assertEqual(answer["methodResponses"][0][1]["n"], n)

    def test_errors(self):
        with wire() as connection:
            jmap = self.open(connection)
            jmap.frame(1, b"{")
            self.assertEqual(jmap.next()["type"], "urn:ietf:params:jmap:error:notJSON")
            jmap.send({"@type": "Nonsense", "id": "x"})
            self.assertEqual(jmap.next()["@type"], "RequestError")
            jmap.send({"@type": "Request", "id": "y", "using": ["z"], "methodCalls": []})
            answer = jmap.next()
            self.assertEqual((answer["requestId"], answer["type"]), ("y", "urn:ietf:params:jmap:error:unknownCapability"))

    def test_push(self):
        with wire() as connection:
            jmap = self.open(connection)
            jmap.send({"@type": "WebSocketPushEnable", "dataTypes": ["Mailbox"]})
            echo = {"@type": "Request", "id": "e", "using": [CORE], "methodCalls": []}
            jmap.send(echo)
            self.assertEqual(jmap.next()["requestId"], "e")  # enabled by now
            change_something(ANNE, self.account)
            change = jmap.next()
            self.assertEqual((change["@type"], list(change["changed"][self.account])), ("StateChange", ["Mailbox"]))
            jmap.send({"@type": "WebSocketPushDisable"})
            jmap.send(echo)
            self.assertEqual(jmap.next()["requestId"], "e")
            change_something(ANNE, self.account)
            jmap.send({"@type": "WebSocketPushEnable", "dataTypes": None, "pushState": change["pushState"]})
            missed = jmap.next()
            self.assertEqual(missed["@type"], "StateChange")
            self.assertGreater(int(missed["pushState"]), int(change["pushState"]))

    def test_the_protocol_is_kept(self):
        with wire() as connection:
            jmap = self.open(connection)
            jmap.frame(9, b"are you there")
            self.assertEqual(jmap.receive(), (10, b"are you there"))
            jmap.frame(2, b"binary")
            with self.assertRaisesRegex(EOFError, "1003"):
                jmap.next()
        with wire() as connection:
            jmap = self.open(connection)
            jmap.wire.send(b"\x81\x02{}")  # not masked
            with self.assertRaisesRegex(EOFError, "1002"):
                jmap.next()
        with wire() as connection:
            jmap = self.open(connection)
            jmap.frame(8, b"\x03\xe8")
            self.assertEqual(jmap.receive()[0], 8)
            self.assertEqual(connection.rest(), b"")
        self.assertEqual(ask("GET", "/jmap/ws", ANNE).status, 426)
        with wire() as connection:
            self.assertEqual(WebSocket(connection, "/jmap/ws", {}).head.status, 401)
        with wire() as connection:
            self.assertEqual(WebSocket(connection, "/jmap/ws", ANNE, protocol="chat").head.status, 400)

    def test_a_large_message_in_fragments(self):
        with wire() as connection:
            jmap = self.open(connection)
            text = json.dumps({"@type": "Request", "id": "f", "using": [CORE], "methodCalls": [["Core/echo", {"x": "y" * 300000}, "c"]]}).encode()
            jmap.frame(1, text[:1000], final=False)
            jmap.frame(0, text[1000:200000], final=False)
            jmap.frame(0, text[200000:])
            self.assertEqual(len(jmap.next()["methodResponses"][0][1]["x"]), 300000)


class Wires(unittest.TestCase):
    """What clients, proxies and attackers do to HTTP itself."""

    def test_pipelined_requests_are_answered_in_order(self):
        with wire() as connection:
            paths = ["/", "/jmap/session", "/jmap/none", "/jmap/session"] * 10
            connection.send(b"".join(write("GET", path, ANNE) for path in paths))
            self.assertEqual([connection.response().status for _ in paths], [200, 200, 404, 200] * 10)

    def test_answers_that_are_not_taken_do_not_pile_up(self):
        page = ask("GET", "/")
        if not page.header("content-type").startswith("text/html"):
            self.skipTest("this build has no web interface")
        script = page.body.decode().split('src="', 1)[1].split('"')[0]
        size = len(ask("GET", script).body)
        count = 30_000_000 // size
        before = counted("GET /")
        with wire(tls=True, receive_buffer=4096) as connection:
            connection.send(write("GET", script) * count)
            self.assertEqual(connection.head().status, 200)
            # What waits is what the kernel holds, and a little.
            self.assertLess(counted("GET /") - before, count / 2)
            connection.exactly(size)
            for _ in range(count - 1):
                self.assertEqual(len(connection.response().body), size)
        self.assertEqual(counted("GET /") - before, count)

    def test_a_connection_is_kept_or_closed(self):
        with wire() as connection:
            for _ in range(3):
                self.assertEqual(connection.request("GET", "/jmap/session", ANNE).status, 200)
            answer = connection.request("GET", "/jmap/session", {**ANNE, "Connection": "close"})
            self.assertEqual(answer.header("connection"), "close")
            self.assertEqual(connection.rest(), b"")
        with wire() as connection:
            connection.send(b"GET / HTTP/1.0\r\n\r\n")
            self.assertEqual(connection.response().status, 200)
            self.assertEqual(connection.rest(), b"")

    def test_a_client_that_sends_no_more_is_answered(self):
        for path in ("/", "/jmap/session"):
            with wire() as connection:
                connection.send(write("GET", path, ANNE))
                connection.socket.shutdown(socket.SHUT_WR)
                self.assertEqual(connection.response().status, 200)
                self.assertEqual(connection.rest(), b"")

    def test_broken_requests(self):
        for data, status in (
            (b"NONSENSE\r\n\r\n", 400),
            (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n", 400),
            (b"POST /jmap/api HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            (b"POST /jmap/api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: x\r\n" + (b"A: " + b"b" * 8000 + b"\r\n") * 5 + b"\r\n", 431),
        ):
            with self.subTest(data[:60]), wire() as connection:
                connection.send(data)
                answer = connection.response()
                self.assertIn(answer.status, (status, 414 if status == 431 else status))
                self.assertEqual(connection.rest(), b"")

    def test_bytes_in_pieces(self):
        with wire() as connection:
            for byte in write("POST", "/jmap/api", {**ANNE, **JSON}, ECHO):
                connection.send(bytes([byte]))
            self.assertEqual(connection.response().status, 200)

    def test_slow_requests_are_cut_off(self):
        """Three kinds of slowness at once; each ends by the server's clock, not by ours."""
        head, body, nothing = (wire(timeout=90) for _ in range(3))
        head.send(b"GET / HTTP/1.1\r\n")
        body.send(write("POST", "/jmap/api", {**ANNE, **JSON, "Content-Length": "500000"}) + b" " * 100)
        stop = threading.Event()

        def drip():
            try:
                while not stop.wait(0.5):
                    head.send(b"A: b\r\n")
                    body.send(b" ")
            except OSError:
                pass

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            self.assertEqual(head.response().status, 408)
            self.assertEqual(body.response().status, 408)
            self.assertEqual(nothing.rest(), b"")
        finally:
            stop.set()
            dripping.join()
            for connection in (head, body, nothing):
                connection.close()

    def test_plain_bytes_at_the_tls_door(self):
        with Wire(server.ports["https"]) as connection:
            connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b"HTTP", connection.rest())


class Draining(unittest.TestCase):
    def test_what_is_under_way_is_finished(self):
        stopping = Server({"anne@academie.test": "secret-anne"})
        self.addCleanup(stopping.close)
        stopping.start()
        port = stopping.ports["http"]
        with Wire(port) as stream_wire, Wire(port) as idle, Wire(port) as busy:
            stream = EventSource(stream_wire, "/jmap/eventsource/", ANNE)
            self.assertEqual(idle.request("GET", "/").status, 200)
            headers = {**ANNE, **JSON, "Content-Length": str(len(ECHO)), "Expect": "100-continue"}
            busy.send(write("POST", "/jmap/api", headers))
            self.assertEqual(busy.head().status, 100)  # it is under way
            stopping.drain()
            self.assertEqual(stream.wire.rest(), b"")
            self.assertEqual(idle.rest(), b"")
            busy.send(ECHO)
            answer = busy.response()
            self.assertEqual((answer.status, answer.header("connection")), (200, "close"))
            self.assertEqual(busy.rest(), b"")
        self.assertEqual(stopping.wait_stopped(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
