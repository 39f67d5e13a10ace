"""A mail gateway's log made to order, with the truth about it: `python bench/mail_log.py FILE --lines 2000000`.

Deterministic. Some five lines a message, in order of time and interleaved: the history line, the envelope, TLS, scanner
lines, the delivery. Of ten thousand messages ten are refused and delivered, ten sent twice, 300 refused for good. One
subject of five hundred is hostile, one of ten Japanese. Addresses are those for documentation.
"""

import argparse
import datetime as dt
import heapq
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
DEVICE = "FE100C3909600504"
DAY = 86_400_000
BEGIN = 18_993 * DAY  # 2022-01-01
REPLY = "This email from IP {ip} has been rejected. The email message was detected as spam."
SUBJECTS = (
    "Weekly report of the {n}th department",
    "Re: invoice {n} for the month, please check",
    "【重要】会議室の変更について（{n}）",
    "meeting notes {n}",
    "Fwd: Fwd: delivery of your order {n}",
)
HOSTILE = 'stat=Sent reject=554 msg=\\"stat=Sent\\" {n}'
FROM = "from=<{sender}>, size={size}, class=0, nrcpts=1, msgid=<{n}.{size}@mail.example.net>, proto=ESMTP, "
RELAY = "mx1.example.com. [198.51.100.9]"
TLS = "version=TLSv1.3, verify=NO, cipher=ECDHE-RSA-AES256-GCM-SHA384, bits=256/256"


class Mail(NamedTuple):
    """A message."""

    id: str
    number: int
    sender: str
    to: str
    subject: str
    ip: str
    size: int


class Clock:
    """Dates as text, each made once."""

    def __init__(self) -> None:
        self._days: dict[int, str] = {}

    def __call__(self, stamp: int) -> str:
        """Return the beginning of a line written at a time in ms."""
        day, rest = divmod(stamp, DAY)
        text = self._days.get(day)
        if text is None:
            text = self._days[day] = dt.date.fromordinal(719_163 + day).isoformat()
        second, ms = divmod(rest, 1000)
        return f"date={text} time={second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{ms:03}"


class Messages:
    """Makes messages one after the other; ``truth`` counts what is in them."""

    def __init__(self, lines: int, days: float, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        self.step = days * DAY / (lines / 4.6)
        self.truth = {"transactions": 0, "rejected-and-delivered": 0, "delivered-twice": 0, "lines": 0}
        self.clock = Clock()

    def id(self, stamp: int, number: int) -> str:
        """Return a transaction."""
        second = stamp // 1000 % 60
        hour, minute = stamp // 3_600_000 % 24, stamp // 60_000 % 60
        head = "".join(ALPHABET[n] for n in (2, 4 + number % 6, 1 + number // 7 % 28, hour, minute, second))
        pid = f"{number % 900_000 + 100_000:06}"
        one, two = divmod(number // 3 % 3600, 60)
        half = head + ALPHABET[one] + ALPHABET[two]
        return f"{half}{pid}-{head}{ALPHABET[two]}{ALPHABET[one]}{pid}"

    def message(self, number: int) -> list[tuple[int, str]]:
        """Return the lines of a message with their times."""
        chance, n = self.chance, number
        at = BEGIN + int(n * self.step)
        mail = Mail(
            id=self.id(at, n),
            number=n,
            sender=f"sender{chance.randrange(20000)}@mail{n % 97}.example.net",
            to=f"user{chance.randrange(5000)}@example.com",
            subject=subject_of(n),
            ip=f"192.0.2.{n % 250 + 1}",
            size=chance.randrange(900, 90_000),
        )
        kind = n % 1000
        refused, quarantined = kind < 31, 600 < kind < 700
        contradictory, twice = kind == 7, kind == 507
        classifier, word = ("FortiGuard AntiSpam-IP", "Reject") if refused else ("Not Spam", "Accept")
        if quarantined:
            classifier, word = "FortiGuard AntiSpam", "System Quarantine"
        envelope = FROM.format(sender=mail.sender, size=mail.size, n=n)
        found = [(at, self.event(at, mail.id, f"{envelope}daemon=SMTP_MTA, relay={relay_of(mail)}"))]
        found.append((at + 2, self.event(at + 2, mail.id, f"STARTTLS=server, relay={relay_of(mail)}, {TLS}")))
        if refused or quarantined:
            found.append((at + 300, self.spam(at + 300, mail)))
        found.append((at + 700, self.history(at + 700, mail, classifier, word)))
        if refused:
            reply = REPLY.format(ip=mail.ip)
            words = f"to=<{mail.to}>, delay=00:00:01, pri=31150, stat={reply}"
            found.append((at + 720, self.event(at + 720, mail.id, f"Milter: data, reject=554 5.7.1 {reply}")))
            found.append((at + 721, self.event(at + 721, mail.id, words)))
        if contradictory or not (refused or quarantined):
            suffix = "0000" if contradictory else ""
            late = at + chance.randrange(800, 60_000)
            found.append((late, self.event(late, mail.id + suffix, f"STARTTLS=client, relay={RELAY}, {TLS}")))
            found.append((late + 30, self.event(late + 30, mail.id + suffix, sent(mail, "A"))))
            if twice:
                found.append((late + 9000, self.event(late + 9000, mail.id, sent(mail, "B"))))
        self.truth["transactions"] += 1
        self.truth["rejected-and-delivered"] += contradictory
        self.truth["delivered-twice"] += twice
        self.truth["lines"] += len(found)
        return found

    def head(self, at: int, log_id: str, type_: str) -> str:
        """Return what every line begins with."""
        return f"{self.clock(at)} device_id={DEVICE} log_id={log_id} type={type_}"

    def event(self, at: int, id_: str, message: str) -> str:
        """Return a mail event line."""
        words = "subtype=smtp pri=information  user=mail ui=mail action=NONE status=N/A"
        return f'{self.head(at, "0003009534", "event")} {words} session_id="{id_}" msg="{message}"'

    def spam(self, at: int, mail: Mail) -> str:
        """Return an AntiSpam line."""
        said = (
            "FortiGuard-AntiSpam identified spam IP" if mail.number % 2 else "FortiGuard-AntiSpam identified spam URL"
        )
        who = f'client_name="{host_of(mail)}" client_ip="{mail.ip}" dst_ip="198.51.100.1"'
        what = f'from="{mail.sender}" to="{mail.to}" subject="{mail.subject}" msg="{said}: {mail.ip}, score: 3"'
        head = self.head(at, "0300009534", "spam")
        return f'{head} subtype=default pri=information  session_id="{mail.id}" {who} {what}'

    def history(self, at: int, mail: Mail, classifier: str, word: str) -> str:
        """Return a history line."""
        return (
            f'{self.head(at, "0200009534", "statistics")} pri=information  session_id="{mail.id}" '
            f'client_name="{host_of(mail)}" dst_ip="198.51.100.1" from="{mail.sender}" to="{mail.to}" '
            f'polid="0:1:1:SYSTEM" domain="example.com" mailer="mta" resolved="OK" direction="in" virus="" '
            f'disposition="{word}" classifier="{classifier}" message_length="{mail.size}" subject="{mail.subject}"'
        )


def subject_of(n: int) -> str:
    """Return a subject: one of five hundred hostile, one of ten Japanese."""
    if n % 500 == 77:
        return HOSTILE.format(n=n)
    return SUBJECTS[2 if n % 10 == 0 else (0, 1, 3, 4)[n % 4]].format(n=n)


def host_of(mail: Mail) -> str:
    """Return the host that a message came from."""
    return f"mail{mail.number % 97}.example.net"


def relay_of(mail: Mail) -> str:
    """Return that host with its address."""
    return f"{host_of(mail)} [{mail.ip}]"


def sent(mail: Mail, mark: str) -> str:
    """Return a delivery, with another receipt for another mark."""
    words = f"delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=31150, relay={RELAY}, dsn=2.0.0"
    return f"to=<{mail.to}>, {words}, stat=Sent (Ok: queued as {mark}{mail.number:011X})"


def lines_of(messages: Messages, count: int) -> Iterator[str]:
    """Yield lines in order of time, until there are about so many."""
    waiting: list[tuple[int, int, str]] = []
    number = order = 0
    while messages.truth["lines"] < count:
        at = BEGIN + int(number * messages.step)
        while waiting and waiting[0][0] < at:
            yield heapq.heappop(waiting)[2]
        for stamp, line in messages.message(number):
            order += 1
            heapq.heappush(waiting, (stamp, order, line))
        number += 1
    while waiting:
        yield heapq.heappop(waiting)[2]


def write(path: Path, lines: int, days: float = 20) -> dict[str, int]:
    """Write a log, and return the truth about it."""
    messages = Messages(lines, days)
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.writelines(f"{line}\n" for line in lines_of(messages, lines))
    return messages.truth


def main() -> int:
    """Write a log and, beside it, the truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--days", type=float, default=20)
    options = parser.parse_args()
    truth = write(options.file, options.lines, options.days)
    options.file.with_suffix(".truth.json").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    print(json.dumps(truth))
    return 0


if __name__ == "__main__":
    sys.exit(main())
