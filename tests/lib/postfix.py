"""A Debian Postfix of its own in a temporary folder, on loopback, that relays each recipient as it is told. Needs root."""

import os
import pathlib
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

from facteur import free_port

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
sendmail_path = /usr/sbin/sendmail
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
myhostname = postfix.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
alias_maps =
transport_maps = texthash:{folder}/transport
relay_domains = academie.test
smtp_tls_security_level = may
lmtp_tls_security_level = may
smtp_dns_support_level = disabled
smtputf8_enable = yes
smtputf8_autodetect_classes = all
message_size_limit = 60000000
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
"""
MASTER = """
{host}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
showq unix n - n - - showq
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """`routes`: address or domain → transport, such as "smtp:[127.0.0.1]:2525" or "lmtp:inet:127.0.0.1:2424".
    `people`: addresses whose mail is kept here, see `mail`; their domains have nobody else. `settings`: lines of main.cf;
    `sasl`: those of the file that says how clients sign in."""

    def __init__(self, routes: dict[str, str], people: tuple[str, ...] = (), settings: str = "", port: int = 0,
                 host: str = "127.0.0.1", sasl: str = ""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facteur-postfix-"))
        self.folder.chmod(0o755)
        self.host, self.port = host, port or free_port()
        for name in ("spool", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix", "postfix")
        (self.folder / "main.cf").write_text(MAIN.format(folder=self.folder) + self.keep(people) + settings)
        (self.folder / "master.cf").write_text(MASTER.format(host=host, port=self.port))
        (self.folder / "transport").write_text("".join(f"{address} {where}\n" for address, where in routes.items()))
        if sasl:
            # Where Debian's looks, whatever cyrus_sasl_config_path says.
            (self.folder / "sasl").mkdir()
            (self.folder / "sasl" / "smtpd.conf").write_text(sasl)
        self.log_file = open(self.folder / "log", "ab")
        self.start()

    def start(self) -> None:
        # In a group of its own, so that all of it ends with it.
        self.process = subprocess.Popen(
            ["/usr/sbin/postfix", "-c", str(self.folder), "start-fg"],
            stdout=self.log_file, stderr=self.log_file, start_new_session=True,
        )
        self.wait("Postfix does not answer", self.answers)

    def keep(self, people: tuple[str, ...]) -> str:
        """The lines of main.cf that keep their mail, each in a Maildir."""
        if not people:
            return ""
        (self.folder / "mail").mkdir()
        shutil.chown(self.folder / "mail", "nobody")
        nobody = (self.folder / "mail").stat().st_uid
        (self.folder / "people").write_text("".join(f"{address} {address}/\n" for address in people))
        domains = " ".join({address.split("@")[1] for address in people})
        return (f"virtual_mailbox_domains = {domains}\nvirtual_mailbox_base = {self.folder}/mail\n"
                f"virtual_mailbox_maps = texthash:{self.folder}/people\nvirtual_minimum_uid = 100\nvirtual_mailbox_limit = 0\n"
                f"virtual_uid_maps = static:{nobody}\nvirtual_gid_maps = static:{nobody}\n")

    def mail(self, address: str) -> list[bytes]:
        return [path.read_bytes() for path in (self.folder / "mail" / address / "new").glob("*")]

    def answers(self) -> bool:
        try:
            with smtplib.SMTP(self.host, self.port, timeout=60):
                return True
        except OSError:
            assert self.process.poll() is None, f"Postfix ended:\n{self.log()}"
            return False

    def wait(self, complaint: str, condition, seconds: float = 240) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"{complaint}:\n{self.log()[-5000:]}"
            time.sleep(0.1)

    def send(self, sender: str, recipients: list[str], message: bytes, options: tuple = ()) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            client.sendmail(sender, recipients, message, mail_options=options)

    def run(self, *command: str) -> str:
        result = subprocess.run([command[0], "-c", str(self.folder), *command[1:]], capture_output=True, text=True, timeout=60)
        return result.stdout + result.stderr

    def is_empty(self) -> bool:
        return "Mail queue is empty" in self.run("/usr/sbin/postqueue", "-p")

    def flush(self) -> None:
        self.run("/usr/sbin/postqueue", "-f")

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def kill(self) -> None:
        # Its script has one group of processes, its master, with all that serve, another.
        master = int((self.folder / "spool/pid/master.pid").read_text())
        for group in (self.process.pid, master):
            os.killpg(group, signal.SIGKILL)
        self.process.wait()
        self.wait("processes of Postfix that were killed still listen", self.has_gone)  # each holds the port until it is gone
        (self.folder / "spool/quick-start").touch()  # the next start looks at nothing that this one has looked at

    def has_gone(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError:
                return False
            return True

    def close(self) -> None:
        self.run("/usr/sbin/postfix", "stop")
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log_file.close()
        shutil.rmtree(self.folder, ignore_errors=True)
