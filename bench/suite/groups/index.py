"""The text index of the filled mailbox, made anew of nothing: how long that takes, and what it takes on disk beside the mail's own octets. To be
run when nothing but the filling has happened. The first run of peers is the time at which they made it after the filling, of nothing too; Facteur had
begun it with the first message."""

from suite.peers.peer import Peer, octets_of
from suite.suite import Suite


def size_of(peer: Peer, mail: int) -> dict[str, float]:
    octets = octets_of(peer.index_data())
    return {"index_times_the_mail": octets / mail, "mib": octets / 2**20}


def run(suite: Suite) -> None:
    mail = suite.results.about["mail_octets"]
    most = 1 if suite.is_quick else 2  # runs of peers, which take minutes; the first is that after the filling
    for turn, peer in suite.in_turn(suite.with_port("imap", "postfix+dovecot", "dovecot")):
        if peer.name != "facteur" and (turn == 1 or turn > most):
            if turn == 1:
                suite.results.add("index", "text index", peer.name, turn, {"seconds": suite.index_seconds[peer.name], **size_of(peer, mail)})
            continue
        with suite.attempt("text index", peer):
            peer.wait_until_idle()
            cpu = peer.cpu()
            values = {"seconds": peer.rebuild_index(1)}
            if peer.processes.folder:  # else what ended with its processes is not counted any more
                peer.wait_until_idle()
                values["cpu_s"] = peer.cpu() - cpu
            if turn == 1:
                suite.settle()
                values |= size_of(peer, mail)
            suite.results.add("index", "text index", peer.name, turn, values)
