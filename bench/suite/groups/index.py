"""The text index of the filled mailbox, made anew of nothing: how long that takes, and what it takes on disk beside the mail's own octets. To be
run when nothing but the filling has happened. A quick run takes the time at which peers made it the first time, of nothing too; Facteur had begun
it with the first message."""

from suite.peers.peer import Peer, octets_of
from suite.suite import Suite


def size_of(peer: Peer, mail: int) -> dict[str, float]:
    octets = octets_of(peer.index_data())
    return {"index_times_the_mail": octets / mail, "mib": octets / 2**20}


def run(suite: Suite) -> None:
    mail = suite.results.about["mail_octets"]
    for turn, peer in suite.in_turn(suite.with_port("imap", "postfix+dovecot", "dovecot")):
        if suite.is_quick and peer.name != "facteur":
            if turn == 1:
                suite.results.add("index", "text index", peer.name, turn, {"seconds": suite.index_seconds[peer.name], **size_of(peer, mail)})
            continue
        peer.wait_until_idle()
        cpu = peer.cpu()
        seconds = peer.rebuild_index(1)
        values = {"seconds": seconds}
        if peer.processes.folder:  # else what ended with its processes is not counted any more
            peer.wait_until_idle()
            values["cpu_s"] = peer.cpu() - cpu
        suite.results.add("index", "text index", peer.name, turn, {**values, **size_of(peer, mail)})
