"""A dnsmasq of its own on loopback, with the records that it is given."""

import shutil
import subprocess

from facteur import free_port, wait_until_it_answers


class Dnsmasq:
    """`records`: options of dnsmasq, such as "--mx-host=a.test,mx.a.test,10". Other names of .test do not exist."""

    def __init__(self, *records: str):
        self.port = free_port()
        program = shutil.which("dnsmasq") or "/usr/sbin/dnsmasq"
        self.process = subprocess.Popen(
            [program, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces",
             "--listen-address=127.0.0.1", f"--port={self.port}", "--pid-file=", "--user=", "--local=/test/", "--local-ttl=1",
             "--max-ttl=1", "--neg-ttl=1", *records],
            stderr=subprocess.DEVNULL,
        )
        wait_until_it_answers(self.process, self.port)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
