"""An unbound of its own on loopback that holds zones of .test, signed ones too, and checks their signatures."""

import pathlib
import shutil
import subprocess
import tempfile

from facteur import free_port, wait_until_it_answers

CONFIG = """
server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    logfile: "{folder}/log"
    interface: 127.0.0.1@{port}
    module-config: "validator iterator"
    local-zone: "test." nodefault
    do-not-query-localhost: no
    cache-max-ttl: 1
    cache-max-negative-ttl: 1
    minimal-responses: no
remote-control:
    control-enable: no
"""
ZONE = """
auth-zone:
    name: "{name}."
    zonefile: "{file}"
    for-downstream: no
    for-upstream: yes
    fallback-enabled: no
"""


class Unbound:
    """`zones`: by name its records, such as "@ MX 10 mx". Those in `signed` are signed with keys that it trusts."""

    def __init__(self, zones: dict[str, list[str]], signed: tuple[str, ...] = ()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facteur-unbound-"))
        self.port = free_port()
        config = CONFIG.format(folder=self.folder, port=self.port)
        for name, records in zones.items():
            file = self.folder / name
            file.write_text(f"$ORIGIN {name}.\n$TTL 1\n@ SOA ns.{name}. hostmaster.{name}. 1 3600 600 86400 1\n@ NS ns.{name}.\n"
                            "ns A 127.0.0.1\n" + "\n".join(records) + "\n")
            if name in signed:
                config = config.replace("server:\n", f'server:\n    trust-anchor-file: "{self.sign(name)}"\n', 1)
                file = self.folder / f"{name}.signed"
            config += ZONE.format(name=name, file=file)
        (self.folder / "unbound.conf").write_text(config)
        program = shutil.which("unbound") or "/usr/sbin/unbound"
        self.process = subprocess.Popen([program, "-d", "-c", self.folder / "unbound.conf"], stderr=subprocess.DEVNULL)
        wait_until_it_answers(self.process, self.port)

    def sign(self, name: str) -> pathlib.Path:
        """Gives the file of the key that is to be trusted."""
        def new_key(*options: str) -> str:
            made = subprocess.run(["ldns-keygen", "-r", "/dev/urandom", "-a", "ECDSAP256SHA256", *options, name], cwd=self.folder,
                                  capture_output=True, text=True, check=True)
            return made.stdout.strip()

        whole, of_zone = new_key("-k"), new_key()
        subprocess.run(["ldns-signzone", name, whole, of_zone], cwd=self.folder, capture_output=True, check=True)
        return self.folder / f"{whole}.key"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
