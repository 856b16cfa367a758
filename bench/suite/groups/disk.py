"""Octets on disk of the filled mailbox with all indices, the text index too, beside the mail's own octets. To be run when nothing but the
filling has happened."""

from suite.limits import LIMIT
from suite.peers.floor import pack
from suite.suite import Suite


def run(suite: Suite) -> None:
    suite.settle()
    mail = suite.results.about["mail_octets"]
    for peer in suite.with_port("imap", "postfix+dovecot"):
        suite.results.add("disk", "disk", peer.name, 1, {"times_the_mail": peer.disk() / mail, "mib": peer.disk() / 2**20})
    if suite.limits:
        packed = pack(suite.mbox)
        suite.results.add("disk", "disk", LIMIT, 1, {"times_the_mail": packed["packed_octets"] / packed["octets"], "mib": packed["packed_octets"] / 2**20})


