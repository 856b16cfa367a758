"""Examples of RFCs whose answers depend on what is in the server, played against one: the hierarchies of LIST (RFC 9051 §6.3.9.8, RFC 5258
§5), what "$" holds (RFC 9051 §6.4.4.4, RFC 9394 §3.2), DELETE and RENAME (RFC 9051 §6.3.5, §6.3.6), EXPUNGE (§6.4.3, §7.5.1), conditional
STORE (RFC 7162 §3.1.3), ids that stay (RFC 8474). That each line of the examples can be read and written is tested in tests/transport/imap."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402
from imap_lines import Lines  # noqa: E402

USERS = [f"{name}@academie.test" for name in ("anne", "bruno", "chloe", "denis")]
PASSWORD = "mot-de-passe"


def sign_in(server: Server, user: str) -> Lines:
    return Lines(server.ports["imap"], user, PASSWORD)


def listed(client: Lines, command: str, below: str) -> dict[str, set[str]]:
    """Names that begin as the example's do, with attributes and "CHILDINFO"."""
    found = {}
    for line in client.ok(command):
        match = re.fullmatch(r'LIST \((.*?)\) "/" "?([^"]*?)"?(?: \("(CHILDINFO)" \("SUBSCRIBED"\)\))?', line)
        assert match, line
        if re.match(below, match[2]):
            assert match[2] not in found, (command, line)  # RFC 9051 §6.3.9.3: one a name
            found[match[2]] = {word for word in [*match[1].split(), match[3]] if word}
    return found


def subscribed_alone(client: Lines, names: list[str]) -> None:
    for line in client.ok('LIST (SUBSCRIBED) "" *'):
        client.ok("UNSUBSCRIBE " + line.split('"/" ')[1])
    for name in names:
        client.ok(f"SUBSCRIBE {name}")


def check_list(server: Server) -> None:
    client = sign_in(server, USERS[0])
    food = "(Fruit|Tofu|Vegetable)"
    names = ["Fruit", "Fruit/Apple", "Fruit/Banana", "Tofu", "Vegetable", "Vegetable/Broccoli", "Vegetable/Corn"]
    for name in names:
        client.ok(f"CREATE {name}")
    assert list(listed(client, 'LIST "" "*"', food)) == names
    subscribed_alone(client, ["Fruit/Banana", "Vegetable", "Vegetable/Broccoli"])
    # 2: a list of what is subscribed, and of nothing else
    found = listed(client, 'LIST (SUBSCRIBED) "" "*"', "")
    assert list(found) == ["Fruit/Banana", "Vegetable", "Vegetable/Broccoli"], found
    assert all("\\Subscribed" in attributes for attributes in found.values()), found
    # 3: children
    found = listed(client, 'LIST () "" "%" RETURN (CHILDREN)', food)
    assert {name: "\\HasChildren" in each for name, each in found.items()} == {"Fruit": True, "Tofu": False, "Vegetable": True}, found
    # 4 to 6: there is nothing remote
    assert listed(client, 'LIST (REMOTE) "" "%" RETURN (CHILDREN)', food) == found
    assert list(listed(client, 'LIST (REMOTE SUBSCRIBED) "" "*"', "")) == ["Fruit/Banana", "Vegetable", "Vegetable/Broccoli"]
    found = listed(client, 'LIST (REMOTE) "" "*" RETURN (SUBSCRIBED)', food)
    assert [name for name, each in found.items() if "\\Subscribed" in each] == ["Fruit/Banana", "Vegetable", "Vegetable/Broccoli"] and list(found) == names
    # RFC 5258, 7: several patterns
    assert list(listed(client, 'LIST "" ("Tofu" "Fruit" "Vegetable/%")', food)) == ["Fruit", "Tofu", "Vegetable/Broccoli", "Vegetable/Corn"]
    client.close()


def check_child_info(server: Server) -> None:
    client = sign_in(server, USERS[1])
    for name in ("Foo", "Foo/Bar", "Foo/Baz", "Moo"):
        client.ok(f"CREATE {name}")
    info = "CHILDINFO"
    # 7, A: Foo/Baz alone is subscribed
    subscribed_alone(client, ["Foo/Baz"])
    assert list(listed(client, 'LIST (SUBSCRIBED) "" "*"', "")) == ["Foo/Baz"]
    assert listed(client, 'LIST (SUBSCRIBED) "" "%"', "") == {}
    found = listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"', "")
    assert list(found) == ["Foo"] and info in found["Foo"] and "\\Subscribed" not in found["Foo"], found
    # A1: Foo too
    client.ok("SUBSCRIBE Foo")
    found = listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"', "")
    assert list(found) == ["Foo"] and {info, "\\Subscribed"} <= found["Foo"], found
    # RFC 5819 §2, RFC 8440 §4 and RFC 9590 §4: what is only told for its children says no more than that.
    returned = 'RETURN (STATUS (MESSAGES) MYRIGHTS METADATA ("/shared/comment"))'
    client.ok('SETMETADATA Foo/Baz (/shared/comment "bleu")')
    heard = client.ok(f'LIST (SUBSCRIBED RECURSIVEMATCH) "" ("Foo" "Foo/%") {returned}')
    assert sorted(line.split()[0] + " " + line.split()[1] for line in heard if not line.startswith("LIST")) == sorted(
        f"{name} {box}" for name in ("STATUS", "MYRIGHTS", "METADATA") for box in ("Foo", "Foo/Baz")), heard
    assert "METADATA Foo (/shared/comment NIL)" in heard and 'METADATA Foo/Baz (/shared/comment "bleu")' in heard, heard
    client.ok("UNSUBSCRIBE Foo")
    heard = client.ok(f'LIST (SUBSCRIBED RECURSIVEMATCH) "" % {returned}')
    assert len(heard) == 1 and heard[0].startswith("LIST") and info in heard[0], heard
    # B: nothing
    subscribed_alone(client, [])
    assert listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"', "") == {}
    # C: Foo and Moo
    subscribed_alone(client, ["Foo", "Moo"])
    found = listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%" RETURN (CHILDREN)', "")
    assert found == {"Foo": {"\\HasChildren", "\\Subscribed"}, "Moo": {"\\HasNoChildren", "\\Subscribed"}}, found
    # 8: also for children that the pattern does not match
    for name in ("foo2/bar1", "foo2/bar2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2", "eps2/mamba", "qux2/bar2"):
        client.ok(f"CREATE {name}")
    subscribed_alone(client, ["foo2/bar1", "foo2/bar2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2", "eps2/mamba", "qux2/bar2"])
    found = listed(client, 'LIST (RECURSIVEMATCH SUBSCRIBED) "" "*2"', "")
    assert {name for name, each in found.items() if "\\Subscribed" in each} == {"foo2/bar2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2", "qux2/bar2"}, found
    assert {name for name, each in found.items() if info in each} >= {"foo2", "eps2"}, found
    assert set(found) <= {"foo2", "foo2/bar2", "baz2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2", "qux2", "qux2/bar2"}, found
    # 9: a pattern in parentheses
    assert list(listed(client, 'LIST "" ("Foo")', "")) == ["Foo"]
    client.refused('LIST (RECURSIVEMATCH) "" *', "BAD")
    client.close()


def check_saved(server: Server) -> None:
    """§6.4.4.4, 10: messages 2, 10 to 15 and 21 are found."""
    client = sign_in(server, USERS[2])
    one = b"From: x@y.z\r\n\r\n.\r\n"
    client.ok(b"APPEND INBOX" + b"".join(b" %s{%d+}\r\n%s" % (b"(\\Flagged) " if n in (2, *range(10, 16), 21) else b"", len(one), one) for n in range(1, 25)))
    client.ok("SELECT INBOX")
    def held() -> str:
        line = client.ok("SEARCH RETURN (ALL) $")[0]
        return line.partition(" ALL ")[2]
    found = [("ALL", "ALL 2,10:15,21", ""), ("ALL SAVE", "ALL 2,10:15,21", "2,10:15,21"), ("SAVE MIN", "MIN 2", "2"), ("SAVE MAX", "MAX 21", "21"),
             ("MAX SAVE MIN", "MIN 2 MAX 21", "2,21"), ("MAX SAVE MIN COUNT", "MIN 2 MAX 21 COUNT 8", "2,10:15,21"), ("ALL SAVE MIN", "MIN 2 ALL 2,10:15,21", "2,10:15,21"),
             # RFC 9394 §3.2
             ("SAVE PARTIAL 2:3", "PARTIAL (2:3 10:11)", "10:11"), ("SAVE PARTIAL -1:-2", "PARTIAL (-1:-2 15,21)", "15,21"),
             ("SAVE PARTIAL 2:3 MIN", "MIN 2 PARTIAL (2:3 10:11)", "2,10:11"), ("SAVE PARTIAL 2:3 MAX", "MAX 21 PARTIAL (2:3 10:11)", "10:11,21"),
             ("SAVE PARTIAL 2:3 MIN MAX", "MIN 2 MAX 21 PARTIAL (2:3 10:11)", "2,10:11,21"), ("SAVE PARTIAL 2:3 COUNT", "COUNT 8 PARTIAL (2:3 10:11)", "2,10:15,21")]
    for asked, answer, kept in found:
        tag = client.send(f"SEARCH RETURN ({asked}) FLAGGED")
        said, untagged = client.end(tag)
        assert said.startswith("OK") and untagged == [f'ESEARCH (TAG "{tag}") {answer}'], (asked, untagged)
        assert held() == kept, (asked, held())
    # 3, 4, 5: in a search, with other numbers, after a search that failed
    client.ok("SEARCH RETURN (SAVE) FLAGGED")
    assert client.ok("UID SEARCH RETURN (ALL) UID $ SMALLER 4096") == client.ok("UID SEARCH RETURN (ALL) $ SMALLER 4096")[:0] + [f'ESEARCH (TAG "t{client.count - 1}") UID ALL 2,10:15,21']
    assert client.ok("SEARCH (OR $ 1,23:24) UNSEEN") == ["SEARCH 1 2 10 11 12 13 14 15 21 23 24"]
    assert client.refused("SEARCH RETURN (SAVE) CHARSET X-NOBODY TEXT x").startswith("NO [BADCHARSET (")
    assert held() == ""
    assert client.ok("FETCH $ (FLAGS)") == []
    # §7.5.1: the last five of nine go; by numbers that are true as they come.
    client.ok("STORE 10:24 +FLAGS.SILENT (\\Deleted)")
    client.ok("EXPUNGE")
    client.ok("STORE 5:9 +FLAGS.SILENT (\\Deleted)")
    numbers = [int(line.split()[0]) for line in client.ok("EXPUNGE") if line.endswith("EXPUNGE")]
    left = list(range(1, 10))
    for number in numbers:
        del left[number - 1]
    assert left == [1, 2, 3, 4], numbers
    client.close()


def check_names(server: Server) -> None:
    client = sign_in(server, USERS[3])
    # §6.3.4, §6.3.5, §6.3.6
    client.ok("CREATE owatagusiam/")
    client.ok("CREATE owatagusiam/blurdybloop")
    for name in ("blurdybloop", "foo", "foo/bar"):
        client.ok(f"CREATE {name}")
    client.ok("DELETE blurdybloop")
    assert client.refused("DELETE foo").startswith("NO [HASCHILDREN]")
    client.ok("RENAME foo zowie")
    assert list(listed(client, 'LIST "" *', "(foo|zowie)")) == ["zowie", "zowie/bar"]
    client.ok("DELETE zowie/bar")
    client.ok("DELETE zowie")
    assert client.refused("RENAME zowie that").startswith("NO [NONEXISTENT]")
    assert client.refused("RENAME owatagusiam INBOX").startswith("NO [ALREADYEXISTS]")
    assert client.refused('CREATE "///////"').startswith("NO [CANNOT]")
    # RFC 8474 §4
    client.ok("CREATE foo")
    made = re.search(r"MAILBOXID \((\S+)\)", client.said)[1]
    client.ok("CREATE bar")
    assert re.search(r"MAILBOXID \((\S+)\)", client.said)[1] != made
    assert client.refused("CREATE foo").startswith("NO [ALREADYEXISTS]")
    assert client.ok("STATUS foo (MAILBOXID)") == [f"STATUS foo (MAILBOXID ({made}))"]
    client.ok("RENAME foo renamed")
    assert client.ok("STATUS renamed (MAILBOXID)") == [f"STATUS renamed (MAILBOXID ({made}))"]
    # RFC 8474 §5.3: A and its answer are one thread, C is none of it; a message that moves is the same.
    for n, (subject, more) in enumerate((("Message A", ""), ("Re: Message A", "References: <0@example.com>\r\n"), ("Message C", ""))):
        client.append("bar", f"Subject: {subject}\r\nMessage-ID: <{n}@example.com>\r\n{more}\r\n{n}\r\n".encode())
    client.ok("SELECT bar")
    ids = [re.fullmatch(r"\d FETCH \(EMAILID \((\S+)\) THREADID \((\S+)\)\)", line).groups() for line in client.ok("FETCH 1:* (EMAILID THREADID)")]
    assert ids[0][1] == ids[1][1] != ids[2][1] and len({each[0] for each in ids}) == 3, ids
    assert client.ok(f"SEARCH EMAILID {ids[0][0]}") == ["SEARCH 1"] and client.ok(f"SEARCH THREADID {ids[0][1]}") == ["SEARCH 1 2"]
    heard = client.ok("MOVE 2 renamed")
    assert re.match(r"OK \[COPYUID \d+ 2 1\]", heard[0]) and heard[1] == "2 EXPUNGE", heard
    client.ok("SELECT renamed")
    assert client.ok("FETCH 1:* (EMAILID THREADID)") == ["1 FETCH (EMAILID ({}) THREADID ({}))".format(*ids[1])]
    client.close()


def check_conditional_store(server: Server) -> None:
    """RFC 7162 §3.1.3: what has changed since is not changed, and named; UNCHANGEDSINCE 0 never holds."""
    client, other = sign_in(server, USERS[3]), sign_in(server, USERS[3])
    client.ok("CREATE Conditions")
    for _ in range(3):
        client.append("Conditions", b"Subject: x\r\n\r\n.\r\n")
    lines = client.ok("SELECT Conditions (CONDSTORE)")
    highest = int(re.search(r"HIGHESTMODSEQ (\d+)", " ".join(lines))[1])
    other.ok("SELECT Conditions")
    other.ok("STORE 2 +FLAGS (\\Answered)")
    heard = client.ok(f"STORE 1:3 (UNCHANGEDSINCE {highest}) FLAGS.SILENT (\\Deleted)")
    assert client.said.startswith("OK [MODIFIED 2]"), client.said
    assert [n for n in (1, 3) if any(re.match(rf"{n} FETCH \(.*MODSEQ", line) for line in heard)] == [1, 3], heard
    assert any(line.startswith("2 FETCH") and "\\Answered" in line for line in heard), heard  # what the client needs to try again
    heard = client.ok("FETCH 2 (MODSEQ)")
    modseq = int(re.search(r"MODSEQ \((\d+)\)", heard[0])[1])
    client.ok(f"STORE 2 (UNCHANGEDSINCE {modseq}) +FLAGS.SILENT (\\Deleted)")
    assert not client.said.startswith("OK [MODIFIED"), client.said
    client.ok("STORE 1 (UNCHANGEDSINCE 0) +FLAGS.SILENT ($MDNSent)")
    assert client.said.startswith("OK [MODIFIED 1]"), client.said
    highest = int(re.search(r"MODSEQ \((\d+)\)", client.ok("FETCH 2 (MODSEQ)")[0])[1])
    assert highest > modseq
    heard = client.ok(f"UID SEARCH RETURN (MIN) MODSEQ {highest}")
    assert re.search(rf"UID MIN 2 MODSEQ {highest}$", heard[0]), heard
    # EXPUNGE of who has not enabled QRESYNC and of who has (§3.2.7).
    heard = client.ok("EXPUNGE")
    assert [line for line in heard if "EXPUNGE" in line] and "VANISHED" not in " ".join(heard), heard
    client.append("Conditions", b"Subject: y\r\n\r\n.\r\n", "(\\Deleted) ")
    third = sign_in(server, USERS[3])
    third.ok("ENABLE QRESYNC")
    third.ok("SELECT Conditions")
    assert third.ok("EXPUNGE") == ["VANISHED 4"] and re.match(r"OK \[HIGHESTMODSEQ \d+\]", third.said), third.said
    third.refused("FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)", "BAD")
    other.refused("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)", "BAD")
    heard = third.ok("UID FETCH 1:4 (FLAGS) (CHANGEDSINCE 1 VANISHED)")
    assert heard == ["VANISHED (EARLIER) 1:4"], heard
    for each in (client, other, third):
        each.close()


def main() -> None:
    server = Server({user: PASSWORD for user in USERS})
    try:
        server.start()
        check_list(server)
        check_child_info(server)
        check_saved(server)
        check_names(server)
        check_conditional_store(server)
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
