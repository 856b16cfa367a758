"""A web server of MTA-STS policies (RFC 8461) over TLS on loopback."""

import http.server
import pathlib
import ssl
import threading

from facteur import free_port


class PolicyServer:
    """`policies`: by domain the text that is told; others are not found. Counts what it was asked for, by domain."""

    def __init__(self, policies: dict[str, str], certificate: pathlib.Path, key: pathlib.Path):
        self.policies, self.asked = policies, {}
        owner = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                domain = self.headers["Host"].split(":")[0].removeprefix("mta-sts.")
                owner.asked[domain] = owner.asked.get(domain, 0) + 1
                text = owner.policies.get(domain) if self.path == "/.well-known/mta-sts.txt" else None
                self.send_response(200 if text else 404)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                self.wfile.write((text or "").encode())

            def log_message(self, *_):
                pass

        self.port = free_port()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
