"""Is an acknowledged message on disk? Counted with strace: the syncs of each server while messages come one at a time by LMTP
(SMTP for Postfix), and while flags are changed by IMAP. At least one each is what equal durability asks. strace slows
everything down: nothing else is measured meanwhile."""

import imaplib
import re
import signal
import smtplib
import subprocess
import time

from suite.peers.peer import PASSWORD, Peer
from suite.suite import Suite

CALLS = ("fsync", "fdatasync", "sync_file_range", "syncfs", "msync", "sync")
TIMES = 40
USER = 59


def deliver(peer: Peer, count: int) -> None:
    door = "lmtp" if "lmtp" in peer.ports else "smtp"
    client = (smtplib.LMTP if door == "lmtp" else smtplib.SMTP)("127.0.0.1", peer.ports[door], local_hostname="bench.test", timeout=120)
    for number in range(count):
        text = f"From: <banc@elsewhere.test>\r\nTo: <tous@bench.test>\r\nSubject: {number}\r\nMessage-ID: <{number}.{time.time_ns()}@bench.test>\r\n\r\n"
        client.sendmail("banc@elsewhere.test", [peer.recipient_format.format(USER)], text + f"Bonjour {number}\r\n" * 400)
    client.quit()


class Syncs:
    """Counts the syncs of a server's processes, those that it starts meanwhile too."""

    def __init__(self, peer: Peer, log):
        self.log = log
        ids = [str(pid) for processes in peer.all_processes() for pid in processes.ids()]
        self.strace = subprocess.Popen(["strace", "-f", "-c", "-q", "-e", "trace=" + ",".join(CALLS), "-o", str(log),
                                        *(word for pid in ids for word in ("-p", pid))], stderr=subprocess.DEVNULL)
        time.sleep(2)  # until it has attached to all

    def stop(self) -> dict[str, int]:
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait(timeout=60)
        found = {}
        for line in self.log.read_text().splitlines():
            words = line.split()
            if words and words[-1] in CALLS and re.fullmatch(r"\d+", words[3]):
                found[words[-1]] = int(words[3])
        return found


def sign_in(peer: Peer) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", peer.ports["imap"], timeout=120)
    client.login(peer.user(USER), PASSWORD)
    client.select("INBOX")
    return client


def change_flags(client: imaplib.IMAP4, times: int) -> None:
    for number in range(times):
        status, _ = client.store(str(1 + number // 2 % 5), "+FLAGS" if number % 2 == 0 else "-FLAGS", "(\\Seen)")
        assert status == "OK", status


def count(suite: Suite, peer: Peer, row: str, work) -> None:
    peer.wait_until_idle()
    syncs = Syncs(peer, suite.work / "strace")
    try:
        work()
    finally:
        counted = syncs.stop()
    suite.results.add("durability", row, peer.name, 1, {"each": sum(counted.values()) / TIMES, "times": TIMES, **counted})


def measure_store(suite: Suite, peer: Peer) -> None:
    client = sign_in(peer)
    count(suite, peer, "syncs per STORE", lambda: change_flags(client, TIMES))
    client.logout()


def measure(suite: Suite, peer: Peer) -> None:
    deliver(peer, 5)  # mailboxes are made, processes are there
    has_queue = "lmtp" not in peer.ports

    def messages() -> None:
        deliver(peer, TIMES)
        time.sleep(5 if has_queue else 0)  # the queue goes on

    count(suite, peer, "syncs per message", messages)
    if not has_queue:
        measure_store(suite, peer)


def run(suite: Suite) -> None:
    for peer in suite.peers.values():
        if peer.name in ("dovecot-fts", "roundcube"):
            continue
        with suite.attempt("durability", peer):
            measure(suite, peer)
    for peer in suite.synced:
        with suite.attempt("durability", peer):
            measure_store(suite, peer)
