"""An archive of a thousand mails in which every trap of threading lies, and what has to become of each.

Three cases of one department (A with Kim of the vendor, B with Lee of the reseller, C with both), and one of another
department. Every mail has a number in its text, by which it is known again whatever else was done to it.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.mail.letters import letter, mixed, part

KIM, LEE, ALICE = "Kim <kim@vendor.example>", "Lee <lee@reseller.example>", "Alice <alice@example.jp>"
EVE = "Eve <eve@elsewhere.example>"
SUBJECT = "Re: Spam since the upgrade"


@dataclass(frozen=True)
class Trap:
    """A mail, where it has to go (None: the inbox, for `reason`), and what it is a copy of, if of anything."""

    raw: bytes
    case: str | None
    reason: str = ""
    selected: str | None = None
    copy: bool = False


@dataclass
class Traps:
    """Makes mails; each has a number, and an id made of it."""

    tokens: Mapping[str, str]
    number: int = 0
    made: list[Trap] = field(default_factory=list)

    def id(self) -> str:
        """Return a new id."""
        self.number += 1
        return f"{self.number}@mail.example"

    def add(self, case: str | None, reason: str = "", selected: str | None = None, **fields: object) -> str:
        """Make a mail and return its id."""
        name = str(fields.pop("message_id", None) or self.id())
        words = {"sender": ALICE, "subject": SUBJECT} | fields
        text = words.pop("text", f"Mail {name}.\n")
        raw = letter(text, message_id=name, **words)  # type: ignore[arg-type]
        self.made.append(Trap(raw, case, reason, selected))
        return name

    def token(self, case: str) -> str:
        """Return a subject with the token of a case."""
        return f"{SUBJECT} [ZR#{self.tokens[case]}]"

    def thread(self, case: str, sender: str, length: int, way: str) -> list[str]:
        """Make a thread whose first mail bears the token; later ones answer in one of several ways."""
        names = [self.add(case, subject=self.token(case), sender=sender)]
        for number in range(1, length):
            answers: dict[str, dict[str, Any]] = {
                "references": {"references": names[-8:]},
                "in_reply_to": {"in_reply_to": names[-1]},
                "both": {"references": names[-3:], "in_reply_to": names[-1]},
                "packed": {"References": "".join(f"<{one}>" for one in names[-3:])},
                "words": {"In_Reply_To": f'Your message of "Tue, 1 Jan" <{names[-1]}>'},
            }
            names.append(self.add(case, sender=sender if number % 2 else ALICE, **answers[way]))
        return names


def traps(tokens: Mapping[str, str]) -> list[Trap]:
    """Return the thousand mails, shuffled the same way each time. `tokens` has those of A, B, C and `other`."""
    made = Traps(tokens)
    ways = ("references", "in_reply_to", "both", "packed", "words")
    threads = {(case, way): made.thread(case, KIM if case == "A" else LEE, 10, way) for case in "ABC" for way in ways}
    heads = {case: threads[case, "references"] for case in "ABC"}
    for number in range(18):
        _strangers(made, heads)
        _quarrels(made, heads)
        _odd(made, heads, number)
        _copies(made, number)
    while len(made.made) < 1000:
        made.add(None, "no-thread", sender=KIM)  # the subject of a case, and nothing else
    random.Random(1).shuffle(made.made)
    return made.made


def _strangers(made: Traps, heads: Mapping[str, list[str]]) -> None:
    """Mails that name a case whose sender it does not know."""
    strange = "sender-not-of-the-case"
    made.add(None, strange, "A", sender=EVE, subject=made.token("A"))
    made.add(None, strange, "A", sender=EVE, references=heads["A"][:2])
    made.add(None, strange, "B", sender=KIM, in_reply_to=heads["B"][0])
    made.add(None, strange, "A", sender='"kim@vendor.example" <eve@elsewhere.example>', subject=made.token("A"))
    made.add(None, "several-senders", "A", sender=f"{KIM}, {EVE}", subject=made.token("A"))
    made.add(None, "no-sender", "A", sender=None, subject=made.token("A"))
    made.add(None, "no-thread", sender="charlie@example.jp", subject=made.token("other"))
    bounce = {"Content_Type": 'multipart/report; report-type=delivery-status; boundary="edge"'}
    returned = f"Message-ID: <{heads['A'][0]}>\n".encode()
    report = mixed(part(b"failed"), part(returned, "text/rfc822-headers"), message_id=made.id(), **bounce)
    report = report.replace(b"Kim <kim@vendor.example>", b"MAILER-DAEMON@mx.example")
    made.made.append(Trap(report, None, strange, "A"))


def _quarrels(made: Traps, heads: Mapping[str, list[str]]) -> None:
    """Mails whose fields lead to several cases."""
    made.add("A", subject=made.token("A"), references=heads["B"][:1])
    made.add(None, "several-tokens", subject=f"{made.token('A')} {made.token('B')}")
    made.add(None, "several-cases", references=[heads["A"][1], heads["B"][1]])
    made.add(None, "several-cases", references=heads["A"][:1], in_reply_to=heads["B"][0])
    made.add("B", subject=f"[ZR#{'0' * 26}] other", references=heads["B"][:1])
    first = made.id()
    made.add("A", message_id=first, text=f"one of twins {first}\n", subject=made.token("A"))
    made.add("B", message_id=first, text=f"other of twins {first}\n", subject=made.token("B"))
    made.add(None, "several-cases", in_reply_to=first)
    one, two = made.id(), made.id()
    made.add("C", message_id=one, references=[two])
    made.add("C", message_id=two, references=[one, heads["C"][0]])
    mine = made.id()
    made.add(None, "no-thread", message_id=mine, references=[mine])


def _odd(made: Traps, heads: Mapping[str, list[str]], number: int) -> None:
    """Mails of odd form that belong into a case."""
    word = f"回答 [ZR#{made.tokens['A'].upper()}]".encode("iso-2022-jp")
    encoded = "=?ISO-2022-JP?Q?" + "".join(f"={byte:02X}" for byte in word) + "?="
    made.add("A", subject=encoded, sender=KIM, Content_Type="text/plain; charset=iso-2022-jp",
             text=f"{number}回目の回答です\n".encode("iso-2022-jp"))  # fmt: skip
    made.add("B", subject=made.token("B"), date=None)
    made.add("B", subject=made.token("B"), date="Mon, 2 May 2022 17:00:00")
    made.add("C", references=heads["C"][:1], text=f"From {number} on\n\nFrom x@y Mon Jan  2 03:04:05 2023\nFrom: z\n")
    made.add("A", subject=made.token("A"), sender=KIM, Auto_Submitted="auto-replied")
    made.add("A", sender="Kim <KIM@Vendor.Example>", references=heads["A"][-1:], Thread_Index="AQHX0000")
    made.add(None, "no-thread", sender=KIM, Thread_Index="AQHX0000")
    nameless = letter(f"no id {number}\n", message_id=None, sender=ALICE, subject=made.token("A"))
    made.made.append(Trap(nameless, "A"))
    log = part(f"date=2022-05-02 n={number}\n".encode(), "text/plain", Content_Disposition="attachment; filename=a.log")
    logo = part(b"R0lG", "image/gif", Content_ID="<logo>", Content_Transfer_Encoding="base64")
    made.made.append(Trap(mixed(part(b"see the log"), log, logo, message_id=made.id(), subject=made.token("A")), "A"))


def _copies(made: Traps, number: int) -> None:
    """The same mail several times: byte for byte, by another way, with other line ends."""
    made.add("C", subject=made.token("C"), sender=LEE, text=f"copied {number}\n>From here\nFrom there\n")
    first = made.made[-1].raw
    for raw in (first, first.replace(b"\n", b"\r\n"), b"Received: from a by b\nX-Label: inbox\n" + first):
        made.made.append(Trap(raw, "C", copy=True))


def distinct(found: list[Trap]) -> Iterator[Trap]:
    """Yield the mails that are no copies."""
    return (trap for trap in found if not trap.copy)
