"""What tests of mail to other servers share."""

import time

from facteur import Server


def until(complaint: str, condition, seconds: float = 60):
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, complaint
        time.sleep(0.1)


def send(server: Server, sender: str, to: list[str], subject: str, text: str = "Bonjour à tous.") -> str:
    """The id of the submission."""
    jmap = server.jmap(sender)
    identity = jmap.call("Identity/get", ids=None)["list"][0]["id"]
    answers = jmap.calls([
        ["Email/set", {"accountId": jmap.account, "create": {"m": {
            "mailboxIds": {jmap.mailboxes()["drafts"]: True}, "from": [{"email": sender}], "to": [{"email": one} for one in to],
            "subject": subject, "textBody": [{"partId": "t", "type": "text/plain"}], "bodyValues": {"t": {"value": text}}}}}, "0"],
        ["EmailSubmission/set", {"accountId": jmap.account, "create": {"s": {"identityId": identity, "emailId": "#m"}}}, "1"],
    ])
    assert answers[1][1].get("created"), answers
    return answers[1][1]["created"]["s"]["id"]


def status(server: Server, sender: str, submission: str, address: str) -> dict:
    found = server.jmap(sender).call("EmailSubmission/get", ids=[submission])["list"][0]["deliveryStatus"]
    return found[address]
