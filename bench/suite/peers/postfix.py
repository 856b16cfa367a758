"""Debian's Postfix in front of a Dovecot: SMTP in, its queue, LMTP. No back pressure on clients; else its defaults."""

import postfix

from suite.peers.dovecot import Dovecot
from suite.peers.peer import DOMAIN, Peer, package_version
from suite.peers.processes import Processes

SETTINGS = f"""
relay_domains = {DOMAIN}
in_flow_delay = 0
smtpd_client_connection_count_limit = 0
smtpd_recipient_limit = 2000
smtpd_tls_security_level = none
lmtp_tls_security_level = none
"""


class PostfixDovecot(Peer):
    name = "postfix+dovecot"

    def __init__(self, behind: Dovecot):
        super().__init__()
        self.behind = behind

    def all_processes(self) -> list[Processes]:
        return [self.processes, self.behind.processes]

    def start(self) -> None:
        with self.processes:
            self.server = postfix.Postfix({DOMAIN: f"lmtp:inet:127.0.0.1:{self.behind.ports['lmtp']}"}, settings=SETTINGS)
        self.processes.first = self.server.process.pid
        self.ports = {"smtp": self.server.port, "imap": self.behind.ports["imap"]}

    def stop(self) -> None:
        self.server.close()

    def close(self) -> None:
        self.server.close()
        self.processes.end()

    def version(self) -> str:
        return f"{package_version('postfix')} before Dovecot {self.behind.version()}"

    def data(self):
        return self.behind.data()
