"""The text index of the filled mailbox, made anew of nothing: how long that takes, and what it takes on disk beside the mail's own octets. To be
run when nothing but the filling has happened."""

from suite.peers.peer import octets_of
from suite.suite import Suite


def run(suite: Suite) -> None:
    mail = suite.results.about["mail_octets"]
    for turn, peer in suite.in_turn(suite.with_port("imap", "postfix+dovecot", "dovecot")):
        peer.wait_until_idle()
        cpu = peer.cpu()
        seconds = peer.rebuild_index(1)
        values = {"seconds": seconds}
        if peer.processes.folder:  # else what ended with its processes is not counted any more
            peer.wait_until_idle()
            values["cpu_s"] = peer.cpu() - cpu
        octets = octets_of(peer.index_data())
        suite.results.add("index", "text index", peer.name, turn, {**values, "index_times_the_mail": octets / mail, "mib": octets / 2**20})
