"""Mailboxes that their owners share (RFC 4314), over real sockets: what each right opens, and that nothing else is open; across
accounts of different shards, with the server started again in between."""

import itertools
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
from facteur import Server  # noqa: E402
from imap_lines import Lines  # noqa: E402

ANNE, BRUNO, CHLOE, DENIS, EMMA = (f"{name}@academie.test" for name in ("anne", "bruno", "chloe", "denis", "emma"))
PASSWORD = "le mot de passe de"
HIS = f'"Other Users/{ANNE}'  # begins the names of Anne's mailboxes as others see them
ALL = "lrswipkxtea"


def letter(subject: str) -> bytes:
    return f"From: {BRUNO}\r\nTo: {ANNE}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@academie.test>\r\n\r\nLe texte de {subject}\r\n".encode()


def sign_in(server: Server, user: str) -> Lines:
    return Lines(server.ports["imap"], user, PASSWORD)


def his(name: str) -> str:
    return f'{HIS}/{name}"'


def names(lines: list[str]) -> list[str]:
    return [re.sub(r'^L\w+ \(.*?\) "/" "?(.*?)"?$', r"\1", line) for line in lines if line.startswith(("LIST", "LSUB"))]


def gone(client: Lines) -> None:
    """The server has said BYE and closed."""
    lines = []
    while text := client.file.readline():
        lines.append(text)
    assert any(line.startswith(b"* BYE") for line in lines), lines
    client.socket.close()


# Every command on a mailbox of another, and the rights that it needs beside "l"; "": none.
COMMANDS = [
    ("SELECT {box}", "r"),
    ("EXAMINE {box}", "r"),
    ("STATUS {box} (MESSAGES)", "r"),
    ("GETQUOTAROOT {box}", "r"),
    ("GETMETADATA {box} /shared/comment", "r"),
    ('SETMETADATA {box} (/shared/comment "x")', "rw"),
    ("SUBSCRIBE {box}", ""),
    ("MYRIGHTS {box}", ""),
    ("GETACL {box}", "a"),
    ("LISTRIGHTS {box} " + CHLOE, "a"),
    ("SETACL {box} " + CHLOE + " lr", "a"),
    ("DELETEACL {box} " + CHLOE, "a"),
    ("CREATE {below}", "k"),
    ("DELETE {below}", None),  # what "k" has made, if it has
    ("APPEND {box} {{3+}}\r\na:b", "i"),
]


def check_each_right(server: Server, who: str) -> None:
    """Every command with no right, with each right alone, and with what it needs: nothing else opens it, and without "l" the
    answer is that of a mailbox that is not there. `who`: to whom Bruno owes them, himself or anyone."""
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    anne.ok("CREATE Droits")
    for rights in ["", *ALL, *(f"l{right}" for right in ALL[1:]), "lrw", ALL]:
        if who == "anyone" and "a" in rights:
            assert anne.refused(f"SETACL Droits anyone {rights}").startswith("NO [CANNOT]")
            rights = rights.replace("a", "")
        anne.ok(f'SETACL Droits {who} "{rights}"')
        for command, needed in COMMANDS:
            if needed is None:
                bruno.run(command.format(below=his("Droits/Bas")))
                continue
            below = "Bas"
            said, _ = bruno.run(command.format(box=his("Droits"), below=his("Droits/" + below)))
            if "l" in rights and set(needed) <= set(rights):
                assert said.startswith("OK"), (rights, command, said)
            elif "l" in rights:
                assert said.startswith("NO [NOPERM]"), (rights, command, said)
            else:
                absent, _ = bruno.run(command.format(box=his("Rien"), below=his("Rien/" + below)))
                assert said == absent.replace("Rien", "Droits") and said.startswith("NO"), (rights, command, said, absent)
            if said.startswith("OK") and "CREATE" in command:
                bruno.run("DELETE " + his("Droits/" + below))
                anne.run("DELETE Droits/" + below)
            if said.startswith("OK") and command.startswith(("SELECT", "EXAMINE")):
                bruno.ok("UNSELECT")
        listed = names(bruno.ok('LIST "" *'))
        assert (f"Other Users/{ANNE}/Droits" in listed) == ("l" in rights), (rights, listed)
        bruno.ok("UNSUBSCRIBE " + his("Droits"))
    anne.ok(f"DELETEACL Droits {CHLOE}")
    anne.ok(f"DELETEACL Droits {who}")
    anne.ok("DELETE Droits")
    anne.close()
    bruno.close()


def check_lists_of_rights(server: Server) -> None:
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    anne.ok("CREATE Commun")
    assert anne.ok("MYRIGHTS Commun") == ["MYRIGHTS Commun lrswipkxtecda"]
    assert anne.ok("MYRIGHTS INBOX") == ["MYRIGHTS INBOX lrswipktecda"]
    for identifier in ("-anyone", "authenticated", "personne@academie.test", "-bruno@academie.test", "$groupe", "owner", '""', "bruno@ailleurs.test"):
        for command in ("SETACL Commun {} lr", "DELETEACL Commun {}", "LISTRIGHTS Commun {}"):
            assert "NO" in anne.refused(command.format(identifier)), identifier
    anne.refused(f"SETACL Commun {BRUNO} lrz", "BAD")
    anne.refused(f"SETACL Rien {BRUNO} lr")
    # The owner cannot lock himself out.
    anne.refused(f"SETACL Commun {ANNE} lr")
    anne.refused(f"SETACL Commun {ANNE} -a")
    anne.refused(f"DELETEACL Commun {ANNE}")
    anne.ok(f"SETACL Commun {ANNE} +lr")
    # A name is canonical, c and d are read as RFC 4314 says.
    anne.ok("SETACL Commun bruno lrc")
    assert anne.ok("GETACL Commun") == [f"ACL Commun {ANNE} lrswipkxtecda {BRUNO} lrkxc"], anne.ok("GETACL Commun")
    anne.ok(f"SETACL Commun {BRUNO.upper()} -c")
    anne.ok(f"SETACL Commun {BRUNO} +d")
    assert anne.ok("GETACL Commun") == [f"ACL Commun {ANNE} lrswipkxtecda {BRUNO} lrted"]
    assert anne.ok(f"LISTRIGHTS Commun {BRUNO}") == [f'LISTRIGHTS Commun {BRUNO} "" l r s w i p k x t e c d a']
    assert anne.ok(f"LISTRIGHTS Commun {ANNE}") == [f"LISTRIGHTS Commun {ANNE} lrswipkxtecda"]
    # The identifier comes back as it was said (RFC 4314 §3.4).
    assert anne.ok("LISTRIGHTS Commun bruno") == ['LISTRIGHTS Commun bruno "" l r s w i p k x t e c d a']
    assert anne.ok("LISTRIGHTS Commun anyone") == ['LISTRIGHTS Commun anyone "" l r s w i p k x t e c d']
    # Who administers gives rights, and may take his own.
    anne.ok(f"SETACL Commun {BRUNO} la")
    bruno.ok(f"SETACL {his('Commun')} {CHLOE} lr")
    assert f"{CHLOE} lr" in bruno.ok(f"GETACL {his('Commun')}")[0]
    bruno.refused(f"SETACL {his('Commun')} {ANNE} lr")
    bruno.ok(f"SETACL {his('Commun')} {BRUNO} -a")
    bruno.refused(f"SETACL {his('Commun')} {BRUNO} +a")
    anne.ok(f"DELETEACL Commun {BRUNO}")
    assert bruno.refused(f"MYRIGHTS {his('Commun')}").startswith("NO [NONEXISTENT]")
    anne.ok(f"DELETEACL Commun {CHLOE}")
    anne.close()
    bruno.close()


def check_names(server: Server) -> None:
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    assert bruno.ok("NAMESPACE") == ['NAMESPACE (("" "/")) (("Other Users/" "/")) NIL']
    assert "Other Users" not in " ".join(bruno.ok('LIST "" %'))
    anne.ok("CREATE Commun/Fermé/Ouvert".replace("é", "&AOk-"))
    anne.ok(f"SETACL Commun {BRUNO} lr")
    anne.ok(f"SETACL Commun/Ferm&AOk-/Ouvert {BRUNO} l")
    assert r'LIST (\Noselect \HasChildren) "/" "Other Users"' in bruno.ok('LIST "" %')
    assert bruno.ok('LIST "" "Other Users/%"') == [rf'LIST (\Noselect \HasChildren) "/" "Other Users/{ANNE}"']
    root = f"Other Users/{ANNE}"
    assert bruno.ok(f'LIST "" "{root}/%"') == [rf'LIST (\HasChildren) "/" "{root}/Commun"']
    assert bruno.ok(f'LIST "" "{root}/Commun/%"') == [rf'LIST (\Noselect \HasChildren) "/" "{root}/Commun/Ferm&AOk-"']
    assert names(bruno.ok('LIST "" "Other Users/*"')) == [f"{root}/Commun", f"{root}/Commun/Ferm&AOk-/Ouvert"]
    assert not any("Other Users" in line for line in bruno.ok('LIST "" "IN*"'))
    # Status and rights, of what may be read alone.
    lines = bruno.ok('LIST "" "Other Users/*" RETURN (STATUS (MESSAGES) MYRIGHTS CHILDREN)')
    assert [line for line in lines if line.startswith("STATUS")] == [f'STATUS "{root}/Commun" (MESSAGES 0)'], lines
    assert [line.split()[-1] for line in lines if line.startswith("MYRIGHTS")] == ["lr", "l"], lines
    # Subscriptions are of who subscribes.
    assert not any("Other Users" in line for line in bruno.ok('LSUB "" *'))
    bruno.ok(f"SUBSCRIBE {his('Commun/Ferm&AOk-/Ouvert')}")
    assert [name for name in names(bruno.ok('LSUB "" *')) if "Other" in name] == [f"{root}/Commun/Ferm&AOk-/Ouvert"]
    assert rf'LSUB (\Noselect) "/" "Other Users"' in bruno.ok('LSUB "" %')
    assert rf'LIST (\NonExistent \Noselect \HasChildren) "/" "Other Users" ("CHILDINFO" ("SUBSCRIBED"))' in bruno.ok(
        'LIST (SUBSCRIBED RECURSIVEMATCH) "" %'
    )
    anne.ok("UNSUBSCRIBE Commun/Ferm&AOk-/Ouvert")
    assert any("Ouvert" in line for line in bruno.ok('LSUB "" *'))
    # Nothing but what is shared is there, however it is asked for.
    for name in (his("INBOX"), his("Commun/Ferm&AOk-"), f'"{root}"', '"Other Users"', f'"Other Users/{CHLOE}/INBOX"', f'"{root}/"'):
        for command in ("SELECT {}", "STATUS {} (MESSAGES)", "SUBSCRIBE {}", "DELETE {}", "GETACL {}", "RENAME {} Mien", "GETQUOTAROOT {}"):
            assert bruno.refused(command.format(name)).startswith("NO [NONEXISTENT]"), (name, command)
    # One's own mailbox of that name is another.
    server.jmap(BRUNO).call("Mailbox/set", create={"m": {"name": "Other Users"}})
    assert "Other Users~2" in names(bruno.ok('LIST "" %'))
    bruno.ok('DELETE "Other Users~2"')
    for command in ('CREATE "Other Users/Moi"', 'CREATE "Other Users"', f'CREATE "{root}/Moi"', 'RENAME Brouillons "Other Users/x"'):
        bruno.refused(command)
    anne.close()
    bruno.close()


def check_reading(server: Server) -> None:
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    for subject in ("un", "deux", "trois"):
        anne.append("Commun", letter(subject))
    lines = bruno.ok(f"SELECT {his('Commun')}")
    assert "[READ-ONLY]" in bruno.said and "OK [PERMANENTFLAGS ()] Flags that last" in lines, (bruno.said, lines)
    assert "3 EXISTS" in lines
    assert "Le texte de deux" in bruno.ok("FETCH 2 (BODY[])")[0]
    assert bruno.ok("FETCH 1:* (FLAGS)") == [f"{n} FETCH (FLAGS ())" for n in (1, 2, 3)]  # \Seen was not his to set
    assert bruno.ok("SEARCH SUBJECT trois") == ["SEARCH 3"]
    assert bruno.ok("SEARCH BODY texte") == ["SEARCH 1 2 3"]
    assert bruno.ok("SORT (REVERSE SUBJECT) UTF-8 ALL") == ["SORT 1 3 2"]
    assert bruno.ok("THREAD REFERENCES UTF-8 ALL")
    assert bruno.refused("STORE 1 +FLAGS (\\Seen)").startswith("NO [READ-ONLY]")
    bruno.ok("COPY 1 INBOX")  # to read is to copy
    bruno.refused("MOVE 1 INBOX")
    bruno.refused("EXPUNGE")
    bruno.ok("CLOSE")
    # By URL, as far as one may read.
    uid_validity = re.search(r"UIDVALIDITY (\d+)", " ".join(bruno.ok(f"STATUS {his('Commun')} (UIDVALIDITY)")))[1]
    url = f"/Other%20Users/{ANNE}/Commun;UIDVALIDITY={uid_validity}/;UID=1"
    bruno.ok(f'APPEND INBOX CATENATE (URL "{url}")')
    anne.ok(f"SETACL Commun {BRUNO} l")
    assert bruno.refused(f'APPEND INBOX CATENATE (URL "{url}")').startswith("NO [BADURL")
    # The quota that counts is the owner's.
    anne.ok(f"SETACL Commun {BRUNO} lr")
    lines = bruno.ok(f"GETQUOTAROOT {his('Commun')}")
    assert lines[0].endswith(f'"{ANNE}"') and lines[1].startswith(f'QUOTA "{ANNE}" '), lines
    assert bruno.ok(f'GETQUOTA "{ANNE}"') == lines[1:]
    bruno.refused(f'GETQUOTA "{CHLOE}"')
    anne.ok('SETMETADATA Commun (/private/comment "secret" /shared/comment "pour tous")')
    lines = bruno.ok(f"GETMETADATA (DEPTH infinity) {his('Commun')} (/private /shared)")
    assert "pour tous" in lines[0] and "secret" not in lines[0], lines
    bruno.close()
    anne.close()


def check_flags(server: Server) -> None:
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    anne.ok("CREATE Marques")
    anne.append("Marques", letter("marque"))
    flags = {"s": "\\Seen", "t": "\\Deleted", "w": "\\Flagged"}
    for size in (1, 2, 3):
        for has in itertools.combinations("stw", size):
            anne.ok("SELECT Marques")
            anne.ok("STORE 1 FLAGS (\\Answered)")
            anne.ok(f"SETACL Marques {BRUNO} lr{''.join(has)}")
            lines = bruno.ok(f"SELECT {his('Marques')}")
            assert "[READ-WRITE]" in bruno.said
            lasting = re.search(r"PERMANENTFLAGS \((.*?)\)", " ".join(lines))[1].split()
            assert all((flag in lasting) == (right in has) for right, flag in flags.items()), lines
            assert ("\\*" in lasting) == ("w" in has), lines
            bruno.ok("STORE 1 +FLAGS (\\Seen \\Deleted \\Flagged)")
            now = set(anne.ok("FETCH 1 (FLAGS)")[-1].split("(")[-1].rstrip(")").split())
            assert now == {"\\Answered", *(flags[right] for right in has)}, (has, now)
            # What replaces all flags leaves those of others.
            bruno.ok("STORE 1 FLAGS ()")
            now = set(anne.ok("FETCH 1 (FLAGS)")[-1].split("(")[-1].rstrip(")").split())
            assert now == ({"\\Answered"} if "w" not in has else set()), (has, now)
            for right in set("stw") - set(has):
                for how in ("+FLAGS", "-FLAGS", "FLAGS"):
                    assert bruno.refused(f"STORE 1 {how} ({flags[right]})").startswith("NO [NOPERM]"), (has, right)
            bruno.ok("UNSELECT")
    # A body that is read is seen, if one may.
    anne.ok("STORE 1 FLAGS ()")
    anne.ok(f"SETACL Marques {BRUNO} lrs")
    bruno.ok(f"SELECT {his('Marques')}")
    assert "\\Seen" in bruno.ok("FETCH 1 (BODY[TEXT])")[-1]
    # CLOSE expunges with "e" alone; flags of what is appended are cut to what one may set.
    anne.ok("STORE 1 +FLAGS (\\Deleted)")
    anne.ok(f"SETACL Marques {BRUNO} lri")
    assert bruno.refused("EXPUNGE").startswith("NO [NOPERM]")
    bruno.ok("CLOSE")
    assert "MESSAGES 1" in anne.ok("STATUS Marques (MESSAGES)")[-1]
    bruno.append(his("Marques"), letter("ajout"), "(\\Seen \\Flagged \\Deleted projet) ")
    assert "FLAGS ()" in anne.ok("FETCH 2 (FLAGS)")[-1]
    anne.ok(f"SETACL Marques {BRUNO} lre")
    bruno.ok(f"SELECT {his('Marques')}")
    assert "1 EXPUNGE" in bruno.ok("EXPUNGE")
    bruno.close()
    anne.close()


def subjects(client: Lines, mailbox: str) -> list[str]:
    client.ok(f"EXAMINE {mailbox}")
    found = re.findall(r"Subject: (\S+)", " ".join(client.ok("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])")) if "0 EXISTS" not in client.ok(f"EXAMINE {mailbox}") else "")
    client.ok("UNSELECT")
    return found


def check_copies(server: Server) -> None:
    """Between accounts: every pair of the owner's and the user's own mailboxes, COPY and MOVE, with and without rights."""
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    anne.ok("CREATE De")
    anne.ok("CREATE Vers")
    bruno.ok("CREATE Chez")
    for n in range(130):  # more than cross at once
        bruno.append("Chez", letter(f"c{n}"), "(\\Seen \\Flagged projet) " if n == 0 else "")
    bruno.ok("SELECT Chez")
    # There is no such mailbox; then no right.
    assert bruno.refused(f"COPY 1 {his('Vers')}").startswith("NO [TRYCREATE]")
    anne.ok(f"SETACL Vers {BRUNO} lr")
    assert bruno.refused(f"COPY 1 {his('Vers')}").startswith("NO [NOPERM]")
    assert bruno.refused(f"MOVE 1 {his('Vers')}").startswith("NO [NOPERM]")
    anne.ok(f"SETACL Vers {BRUNO} lis")
    bruno.ok(f"COPY 1:* {his('Vers')}")
    assert re.match(r"OK \[COPYUID \d+ 1:130 1:130\]", bruno.said), bruno.said
    assert subjects(anne, "Vers") == [f"c{n}" for n in range(130)]
    anne.ok("SELECT Vers")
    assert "FLAGS (\\Seen)" in anne.ok("FETCH 1 (FLAGS)")[-1]  # the flags that he may set there
    bruno.ok(f"MOVE 1:3 {his('Vers')}")
    assert "127 EXISTS" in bruno.ok("EXAMINE Chez")
    assert subjects(anne, "Vers")[130:] == ["c0", "c1", "c2"]
    # From there: MOVE needs "t" and "e".
    for n in range(3):
        anne.append("De", letter(f"d{n}"))
    anne.ok(f"SETACL De {BRUNO} lrs")
    bruno.ok(f"SELECT {his('De')}")
    assert bruno.refused("MOVE 1 Chez").startswith("NO [NOPERM]")
    bruno.ok("COPY 1 Chez")
    anne.ok(f"SETACL De {BRUNO} lrte")
    before = server.jmap(ANNE).call("Email/query")["ids"]
    bruno.ok("MOVE 1 Chez")
    assert len(server.jmap(ANNE).call("Email/query")["ids"]) == len(before) - 1
    assert subjects(anne, "De") == ["d1", "d2"]
    # Within Anne's account.
    bruno.ok(f"SELECT {his('De')}")
    anne.ok(f"SETACL Vers {BRUNO} l")
    assert bruno.refused(f"COPY 1 {his('Vers')}").startswith("NO [NOPERM]")
    anne.ok(f"SETACL Vers {BRUNO} li")
    bruno.ok(f"COPY 1 {his('Vers')}")
    bruno.ok(f"MOVE 1 {his('Vers')}")
    assert subjects(anne, "De") == ["d2"] and subjects(anne, "Vers")[133:] == ["d1", "d1"]
    # REPLACE, within an account and across.
    anne.ok(f"SETACL De {BRUNO} lrtei")
    bruno.ok(f"SELECT {his('De')}")
    text = letter("neuf")
    bruno.ok(f"REPLACE 1 {his('De')} {{{len(text)}+}}\r\n".encode() + text)
    assert subjects(anne, "De") == ["neuf"]
    bruno.ok(f"SELECT {his('De')}")
    bruno.ok(f"REPLACE 1 Chez {{{len(text)}+}}\r\n".encode() + text)
    assert subjects(anne, "De") == [] and subjects(bruno, "Chez")[-1] == "neuf"
    bruno.close()
    anne.close()


def check_mailboxes(server: Server) -> None:
    """CREATE below (k), DELETE (x), RENAME (x and k); a new mailbox is shared as the one it is in."""
    anne, bruno, chloe = sign_in(server, ANNE), sign_in(server, BRUNO), sign_in(server, CHLOE)
    anne.ok("CREATE Service")
    anne.ok(f"SETACL Service {BRUNO} lrk")
    anne.ok(f"SETACL Service {CHLOE} lr")
    bruno.ok(f"CREATE {his('Service/2026/Mai')}")
    assert "Service/2026/Mai" in names(anne.ok('LIST "" *'))
    assert f"Other Users/{ANNE}/Service/2026/Mai" in names(chloe.ok('LIST "" *'))
    assert chloe.refused(f"CREATE {his('Service/2027')}").startswith("NO [NOPERM]")
    assert bruno.refused(f"CREATE {his('Service/Envoi')} (USE (\\Sent))").startswith("NO [USEATTR]")
    assert bruno.refused(f"CREATE {his('Tout en haut')}").startswith("NO [NOPERM]")
    for command in (f"DELETE {his('Service/2026/Mai')}", f"RENAME {his('Service/2026/Mai')} {his('Service/Juin')}"):
        assert bruno.refused(command).startswith("NO [NOPERM]"), command
    anne.ok(f"SETACL Service/2026/Mai {BRUNO} +x")
    bruno.ok(f"RENAME {his('Service/2026/Mai')} {his('Service/Juin')}")
    assert "Service/Juin" in names(anne.ok('LIST "" *'))
    for to in ("Juin", his("Juin")):
        bruno.refused(f"RENAME {his('Service/Juin')} {to}")
    anne.ok(f"SETACL Service {BRUNO} -k")
    assert bruno.refused(f"RENAME {his('Service/Juin')} {his('Service/Juillet')}").startswith("NO [NOPERM]")
    bruno.ok(f"DELETE {his('Service/Juin')}")
    anne.refused("SELECT Service/Juin")
    # Mailboxes that the owner makes are shared too, by whatever door; INBOX stays.
    parent = next(each["id"] for each in server.jmap(ANNE).call("Mailbox/get", ids=None)["list"] if each["name"] == "Service")
    server.jmap(ANNE).call("Mailbox/set", create={"m": {"name": "Web", "parentId": parent}})
    assert f"Other Users/{ANNE}/Service/Web" in names(chloe.ok('LIST "" *'))
    anne.ok(f"SETACL INBOX {BRUNO} {ALL}")
    for command in (f"DELETE {his('INBOX')}", f"RENAME {his('INBOX')} {his('INBOX/x')}"):
        assert bruno.refused(command).startswith("NO [NOPERM]"), command
    anne.ok(f"DELETEACL INBOX {BRUNO}")
    for client in (anne, bruno, chloe):
        client.close()


ANNOUNCED = f"Other Users/{ANNE}/Annonces"


def check_anyone(server: Server) -> None:
    """What is shared with anyone is there for everybody, and nothing of it is kept in their accounts."""
    anne, bruno, chloe = (sign_in(server, user) for user in (ANNE, BRUNO, CHLOE))
    anne.ok("CREATE Annonces/Internes")
    anne.append("Annonces", letter("annonce"))
    assert not any("Annonces" in line for line in chloe.ok('LIST "" *'))
    anne.ok("SETACL Annonces anyone lr")
    for client in (bruno, chloe):
        assert [name for name in names(client.ok('LIST "" "Other Users/*"')) if "Annonces" in name] == [ANNOUNCED]
        assert client.ok(f"MYRIGHTS {his('Annonces')}") == [f'MYRIGHTS "{ANNOUNCED}" lr']
        client.ok(f"SELECT {his('Annonces')}")
        assert "Le texte de annonce" in client.ok("FETCH 1 (BODY[])")[0]
        assert client.refused("STORE 1 +FLAGS (\\Seen)").startswith("NO [READ-ONLY]")
        assert client.refused(f"APPEND {his('Annonces')} {{3+}}\r\na:b").startswith("NO [NOPERM]")
        client.ok("UNSELECT")
    assert not any("Annonces" in line and "Other" in line for line in anne.ok('LIST "" *'))
    # With what is one's own by name, as much as both give; both are told.
    anne.ok(f"SETACL Annonces {BRUNO} is")
    assert bruno.ok(f"MYRIGHTS {his('Annonces')}") == [f'MYRIGHTS "{ANNOUNCED}" lrsi']
    assert chloe.ok(f"MYRIGHTS {his('Annonces')}") == [f'MYRIGHTS "{ANNOUNCED}" lr']
    assert anne.ok("GETACL Annonces") == [f"ACL Annonces {ANNE} lrswipkxtecda anyone lr {BRUNO} si"]
    bruno.append(his("Annonces"), letter("de-bruno"))
    anne.ok("SETACL Annonces ANYONE +s")
    assert chloe.ok(f"MYRIGHTS {his('Annonces')}") == [f'MYRIGHTS "{ANNOUNCED}" lrs']
    anne.ok("SETACL Annonces anyone -s")
    assert anne.refused("SETACL Annonces anyone +a").startswith("NO [CANNOT]")
    anne.refused("SETACL Annonces -anyone w")
    anne.refused(f"SETACL Annonces -{BRUNO} w")
    anne.ok(f"DELETEACL Annonces {BRUNO}")
    assert bruno.ok(f"MYRIGHTS {his('Annonces')}") == [f'MYRIGHTS "{ANNOUNCED}" lr']
    # A mailbox that is made in it is shared alike.
    anne.ok("CREATE Annonces/2026")
    assert f"{ANNOUNCED}/2026" in names(chloe.ok('LIST "" *'))
    # Subscriptions, NOTIFY and what others hear are as with any shared mailbox.
    chloe.ok(f"SUBSCRIBE {his('Annonces')}")
    assert ANNOUNCED in names(chloe.ok('LSUB "" *')) and ANNOUNCED not in names(bruno.ok('LSUB "" *'))
    bruno.ok('NOTIFY SET (subtree "Other Users" (MessageNew MessageExpunge))')
    anne.append("Annonces", letter("annonce-2"))
    assert bruno.line().startswith(f"* STATUS {his('Annonces')} (MESSAGES 3 ")
    for client in (anne, bruno, chloe):
        client.close()


def check_anyone_afterwards(server: Server) -> None:
    """The server has started again; then it is shared no more."""
    anne, chloe, emma = (sign_in(server, user) for user in (ANNE, CHLOE, EMMA))
    assert ANNOUNCED in names(emma.ok('LIST "" *')) and ANNOUNCED in names(chloe.ok('LSUB "" *'))
    emma.ok(f"SELECT {his('Annonces')}")
    emma.send("IDLE")
    assert emma.line().startswith("+")
    anne.ok("DELETEACL Annonces anyone")
    gone(emma)
    assert ANNOUNCED not in names(chloe.ok('LIST "" *')) and ANNOUNCED not in names(chloe.ok('LSUB "" *'))
    assert chloe.refused(f"SELECT {his('Annonces')}").startswith("NO [NONEXISTENT]")
    # What was made in it has a list of its own.
    assert f"{ANNOUNCED}/2026" in names(chloe.ok('LIST "" *'))
    for name in ("Annonces/2026", "Annonces/Internes", "Annonces"):
        anne.ok(f"DELETE {name}")
    assert not any("Annonces" in line for line in chloe.ok('LIST "" *'))
    anne.close()
    chloe.close()


def check_news(server: Server) -> None:
    """Who has it selected hears what others do; the owner's web mail hears of it too."""
    anne, bruno = sign_in(server, ANNE), sign_in(server, BRUNO)
    anne.ok("CREATE Vivant")
    anne.ok(f"SETACL Vivant {BRUNO} lrswite")
    bruno.ok(f"SELECT {his('Vivant')}")
    tag = bruno.send("IDLE")
    assert bruno.line().startswith("+")
    anne.append("Vivant", letter("vivant"))
    assert bruno.line() == "* 1 EXISTS"
    state = server.jmap(ANNE).call("Email/get", ids=[])["state"]
    bruno.socket.sendall(b"DONE\r\n")
    bruno.end(tag)
    anne.ok("SELECT Vivant")
    tag = anne.send("IDLE")
    assert anne.line().startswith("+")
    bruno.ok("STORE 1 +FLAGS (\\Flagged)")
    assert "\\Flagged" in anne.line()
    changes = server.jmap(ANNE).call("Email/changes", sinceState=state)
    assert len(changes["updated"]) == 1, changes
    anne.socket.sendall(b"DONE\r\n")
    anne.end(tag)
    anne.close()
    bruno.close()


def check_notify(server: Server) -> None:
    """NOTIFY of mailboxes of others, as long as they may be read; "personal" means one's own alone."""
    anne, bruno, personal = sign_in(server, ANNE), sign_in(server, BRUNO), sign_in(server, BRUNO)
    anne.ok("CREATE Avis")
    anne.ok(f"SETACL Avis {BRUNO} lr")
    name = his("Avis")
    events = "(MessageNew MessageExpunge MailboxName)"
    status = bruno.ok(f'NOTIFY SET STATUS (subtree "Other Users" {events})')
    assert any(line.startswith(f"STATUS {name} (MESSAGES 0 ") for line in status), status
    personal.ok(f"NOTIFY SET (personal {events})")
    anne.append("Avis", letter("avis"))
    assert bruno.line().startswith(f"* STATUS {name} (MESSAGES 1 ")
    personal.nothing_comes()
    anne.ok("RENAME Avis Annonces")
    assert bruno.line() == rf'* LIST (\HasNoChildren) "/" {his("Annonces")} ("OLDNAME" ({name}))'
    # Without "r" there is nothing to hear of messages, without "l" it has gone.
    anne.ok(f"SETACL Annonces {BRUNO} l")
    anne.append("Annonces", letter("secret"))
    bruno.nothing_comes()
    anne.ok(f"DELETEACL Annonces {BRUNO}")
    assert bruno.line() == rf'* LIST (\NonExistent) "/" {his("Annonces")}'
    personal.nothing_comes()
    for client in (anne, bruno, personal):
        client.close()


def check_rights_taken(server: Server) -> None:
    """At once, for whoever has the mailbox selected: idle, between commands, and in the next command."""
    anne = sign_in(server, ANNE)
    anne.ok("CREATE Fugace")
    anne.append("Fugace", letter("fugace"))
    for last in ("l", "r", '""'):  # what is left of his rights is not enough
        anne.ok(f"SETACL Fugace {BRUNO} {ALL}")
        idle, quiet, busy = (sign_in(server, BRUNO) for _ in range(3))
        for client in (idle, quiet, busy):
            client.ok(f"SELECT {his('Fugace')}")
        idle.send("IDLE")
        assert idle.line().startswith("+")
        anne.ok(f"SETACL Fugace {BRUNO} {last}")
        for client in (idle, quiet):
            gone(client)
        try:
            busy.socket.sendall(b"x FETCH 1 (BODY[])\r\n")
        except OSError:
            pass  # it is gone already
        gone_text = b"".join(iter(busy.file.readline, b""))
        assert b"* BYE" in gone_text and b"fugace" not in gone_text, gone_text
    # Less, but enough to read: the next change is refused.
    anne.ok(f"SETACL Fugace {BRUNO} {ALL}")
    client = sign_in(server, BRUNO)
    client.ok(f"SELECT {his('Fugace')}")
    anne.ok(f"SETACL Fugace {BRUNO} lr")
    for command in ("STORE 1 +FLAGS (\\Seen)", "MOVE 1 INBOX", "EXPUNGE", "UID EXPUNGE 1"):
        assert client.refused(command).startswith("NO [NOPERM]"), command
    client.ok("FETCH 1 (FLAGS)")
    # The mailbox goes.
    anne.ok("DELETE Fugace")
    gone(client)
    anne.close()


def check_accounts_that_go(server: Server) -> None:
    anne, denis, emma = sign_in(server, ANNE), sign_in(server, DENIS), sign_in(server, EMMA)
    denis.ok("CREATE Partage")
    denis.append("Partage", letter("partage"))
    denis.ok(f"SETACL Partage {EMMA} lrs")
    denis.ok(f"SETACL Partage {ANNE} lr")
    shared = f'"Other Users/{DENIS}/Partage"'
    # A member who is suspended is out of everything; who is deleted is in no list any more.
    emma.ok(f"SELECT {shared}")
    server.run("account", "suspend", EMMA)
    gone(emma)
    assert EMMA in denis.ok("GETACL Partage")[0]
    server.run("account", "delete", EMMA, "--yes")
    assert EMMA not in denis.ok("GETACL Partage")[0]
    # The owner goes.
    anne.ok(f"SELECT {shared}")
    other = sign_in(server, ANNE)
    server.run("account", "delete", DENIS, "--yes")
    gone(denis)
    gone(anne)
    assert other.refused(f"SELECT {shared}").startswith("NO [NONEXISTENT]")
    assert not any(DENIS in line for line in other.ok('LIST "" *'))
    other.close()


def main() -> None:
    server = Server({user: PASSWORD for user in (ANNE, BRUNO, CHLOE, DENIS, EMMA)})
    try:
        server.start()
        check_lists_of_rights(server)
        check_names(server)
        assert server.stop() == 0
        server.run("check")
        server.start()
        check_reading(server)
        check_flags(server)
        check_anyone(server)
        server.kill()
        server.start()
        check_anyone_afterwards(server)
        check_copies(server)
        check_mailboxes(server)
        check_each_right(server, BRUNO)
        check_each_right(server, "anyone")
        check_news(server)
        check_notify(server)
        check_rights_taken(server)
        check_accounts_that_go(server)
        assert server.stop() == 0
        server.run("check")
    finally:
        server.close()


main()
