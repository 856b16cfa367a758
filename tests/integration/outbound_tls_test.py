#!/usr/bin/env python3
"""What domains demand of TLS: DANE proved by DNSSEC (unbound), MTA-STS policies from a web server, a Debian Postfix behind both."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from facteur import Server, free_port  # noqa: E402
from outside import send, status, until  # noqa: E402
from policy_server import PolicyServer  # noqa: E402
from postfix import Postfix  # noqa: E402
from runner import run  # noqa: E402
from unbound import Unbound  # noqa: E402

ANNE, PASSWORD = "anne@academie.test", "chataigne-1"
DOMAINS = ("sur.test", "faux.test", "nu.test", "strict.test", "autre.test", "nom.test", "essai.test", "libre.test")


class World:
    """Every domain's mail server is one Postfix, whose certificate is good for mx.strict.test and mx.essai.test."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facteur-tls-"))
        self.folder.chmod(0o755)
        self.authority, authority_key = self.make("authority", "authority", "subjectAltName=DNS:authority.test")
        certificate, key = self.make("mx", "mx", "subjectAltName=DNS:mx.strict.test,DNS:mx.essai.test", self.authority, authority_key)
        web = ",".join(f"DNS:mta-sts.{domain}" for domain in DOMAINS)
        self.web, self.web_key = self.make("web", "web", f"subjectAltName={web}", self.authority, authority_key)
        self.port = free_port()
        self.postfix = Postfix({}, tuple(f"zoe@{domain}" for domain in DOMAINS),
                               f"smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_security_level = may\n", self.port)
        right, wrong = self.key_hash(certificate), "00" * 32
        plain = ["@ MX 10 mx", "mx A 127.0.0.1", "mta-sts A 127.0.0.1", '_mta-sts TXT "v=STSv1; id=1;"']
        self.dns = Unbound(
            {"sur.test": [*plain[:2], f"_{self.port}._tcp.mx TLSA 3 1 1 {right}"],
             "faux.test": [*plain[:2], f"_{self.port}._tcp.mx TLSA 3 1 1 {wrong}"],
             "nu.test": [*plain[:2], f"_{self.port}._tcp.mx TLSA 3 1 1 {right}"],
             **{domain: plain for domain in DOMAINS[3:7]},
             "libre.test": plain[:2]},
            signed=("sur.test", "faux.test"))
        policy = "version: STSv1\nmode: {}\nmx: {}\nmax_age: 86400\n"
        self.policies = {"strict.test": policy.format("enforce", "mx.strict.test"),
                         "autre.test": policy.format("enforce", "mx.elsewhere.test"),
                         "nom.test": policy.format("enforce", "*.nom.test"),
                         "essai.test": policy.format("testing", "mx.elsewhere.test")}
        self.server = PolicyServer(self.policies, self.web, self.web_key)

    def make(self, name: str, subject: str, extension: str, authority: pathlib.Path | None = None, authority_key: pathlib.Path | None = None):
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        signed = ["-CA", authority, "-CAkey", authority_key] if authority else []
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout", key,
                        "-out", certificate, "-subj", f"/CN={subject}", "-addext", extension, *signed], check=True, capture_output=True)
        return certificate, key

    def key_hash(self, certificate: pathlib.Path) -> str:
        """Of TLSA 3 1 1: the SHA-256 of the public key."""
        pem = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=pem, check=True, capture_output=True).stdout
        return hashlib.sha256(der).hexdigest()

    def close(self) -> None:
        self.server.close()
        self.postfix.close()
        self.dns.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def sent(server: Server, domain: str) -> dict:
    """The log's line of what went to the domain."""
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    return next(line for line in lines if line.get("destination") == domain and line.get("sent") == 1)


def delivered(server: Server, world: World, domain: str) -> dict:
    submission = send(server, ANNE, [f"zoe@{domain}"], domain)
    until("it does not go", lambda: status(server, ANNE, submission, f"zoe@{domain}")["delivered"] == "unknown")
    until("it does not arrive", lambda: world.postfix.mail(f"zoe@{domain}"))
    return sent(server, domain)


def stays(server: Server, world: World, domain: str, reply: str) -> None:
    submission = send(server, ANNE, [f"zoe@{domain}"], domain)
    told = until("nothing was tried", lambda: (s := status(server, ANNE, submission, f"zoe@{domain}"))["smtpReply"].startswith("4") and s)
    assert told["delivered"] == "queued" and told["smtpReply"].startswith(reply), told
    assert not world.postfix.mail(f"zoe@{domain}")


def test_without_demands_any_certificate_will_do(server: Server, world: World):
    assert delivered(server, world, "libre.test")["trust"] == "none"


def test_a_host_with_tlsa_records_is_believed_by_them(server: Server, world: World):
    assert delivered(server, world, "sur.test")["trust"] == "dane"


def test_a_host_whose_key_is_another_gets_nothing(server: Server, world: World):
    stays(server, world, "faux.test", "451 4.7.5 ")


def test_records_that_nobody_has_signed_demand_nothing(server: Server, world: World):
    assert delivered(server, world, "nu.test")["trust"] == "none"


def test_a_policy_that_is_met(server: Server, world: World):
    assert delivered(server, world, "strict.test")["trust"] == "name"


def test_a_server_that_is_not_of_the_policy_gets_nothing(server: Server, world: World):
    stays(server, world, "autre.test", "451 4.7.1 ")


def test_a_certificate_of_another_name_gets_nothing(server: Server, world: World):
    stays(server, world, "nom.test", "451 4.7.5 ")


def test_a_policy_that_is_being_tried_stops_nothing(server: Server, world: World):
    assert delivered(server, world, "essai.test")["tls"].startswith("TLSv1.3")


def test_a_policy_outlives_a_restart_and_its_web_server(server: Server, world: World):
    kept = json.loads((server.folder / "data/mta-sts.json").read_text())
    assert set(kept) == set(world.policies), kept
    server.kill()
    world.server.policies = {}
    server.start()
    stays(server, world, "nom.test", "451 4.7.5 ")
    time.sleep(1.1)  # the record's life
    assert delivered(server, world, "strict.test")["trust"] == "name"


def test_what_became_of_tls_is_kept(server: Server, world: World):
    assert server.stop() == 0
    totals = {}
    for file in (server.folder / "data/tls-reports").iterdir():
        for line in file.read_text().splitlines():
            for domain, report in json.loads(line).items():
                assert report["contact-info"] == "postmaster@academie.test" and report["date-range"]["start-datetime"]
                for policy in report["policies"]:
                    summary = policy["summary"]
                    kinds = {details["result-type"] for details in policy.get("failure-details", [])}
                    totals[domain] = (policy["policy"]["policy-type"], summary["total-successful-session-count"] > 0,
                                      summary["total-failure-session-count"] > 0, kinds)
    # Those before the kill are gone with it; what came after is kept.
    assert totals["strict.test"] == ("sts", True, False, set()), totals
    assert totals["nom.test"] == ("sts", False, True, {"certificate-host-mismatch"}), totals


if __name__ == "__main__":
    world = World()
    server = Server(
        {ANNE: PASSWORD},
        extra=f'[log]\nformat = "json"\n[queue]\nresolver = "{world.dns.address}"\ntrusted_resolver = true\nport = {world.port}\n'
              f'https_port = {world.server.port}\nauthorities = "{world.authority}"\n',
    )
    try:
        server.start()
        run(globals(), server=server, world=world)
    finally:
        server.close()
        world.close()
