"""Logs of mail servers whose formats are data, made to order: for benchmarks, and to hold the two engines together.

Messages overlap in time as they do in a log. Most are sent at once; some are refused, deferred, bounced, sent twice,
handed to a filter and back, or refused and delivered all the same.
"""

import heapq
import random
import string
from collections.abc import Callable, Iterator
from typing import Final

FILTERED: Final = 0.04  # of Postfix's messages: each goes on under an id of its own
_HEX: Final = "0123456789ABCDEF"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
Said = tuple[float, str]  # seconds after the message's beginning, and the line without its time
Message = Callable[[random.Random, int], list[Said]]


def syslog_time(second: int) -> str:
    """Seconds of a year as syslog writes them."""
    day, rest = divmod(second, 86400)
    month = 0
    while day >= _DAYS[month]:
        day -= _DAYS[month]
        month = (month + 1) % 12
    return f"{_MONTHS[month]} {day + 1:2} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def iso_time(second: int) -> str:
    """Seconds of 2026 as ISO 8601 writes them."""
    month, day, clock = syslog_time(second).split(maxsplit=2)
    return f"2026-{_MONTHS.index(month) + 1:02}-{int(day):02} {clock}"


def ctime(second: int) -> str:
    """Seconds of 2026 as ctime writes them."""
    name = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")[second // 86400 % 7]
    return f"{name} {syslog_time(second)} 2026"


def lines_of(message: Message, time: Callable[[int], str], lines: int, seed: int = 1, days: float = 1) -> Iterator[str]:
    """At least so many lines of messages that begin over some days, in the order of their times."""
    source = random.Random(seed)
    waiting: list[tuple[float, int, str]] = []
    made = number = 0
    begin, step = 0.0, days * 86400 * 7 / max(lines, 1)
    while made < lines:
        for after, line in message(source, number):
            heapq.heappush(waiting, (begin + after, made, line))
            made += 1
        number += 1
        begin += 2 * step * source.random()
        while waiting and waiting[0][0] <= begin:
            at, _, line = heapq.heappop(waiting)
            yield f"{time(int(at))}{line}"
    while waiting:
        at, _, line = heapq.heappop(waiting)
        yield f"{time(int(at))}{line}"


def postfix(source: random.Random, number: int, host: str = "mx1") -> list[Said]:
    """One message of Postfix."""
    queue_id = "".join(source.choices(_HEX, k=10))
    client = f"mail{number % 97}.example.net[192.0.2.{source.randrange(256)}]"
    to, sender = f"b{number % 500}@example.com", f"a{number % 1000}@example.net"

    def said(after: float, program: str, text: str) -> Said:
        return after, f" {host} postfix/{program}[{source.randrange(100, 99999)}]: {text}"

    def delivery(status: str, reply: str, relay: str = "mx.example.com[198.51.100.9]:25", of: str = queue_id) -> str:
        dsn = {"sent": "2.0.0", "deferred": "4.4.1", "bounced": "5.1.1"}.get(status, "2.0.0")
        return f"{of}: to=<{to}>, relay={relay}, delay=0.9, delays=0.1/0/0.3/0.5, dsn={dsn}, status={status} ({reply})"

    kind = source.random()
    lines = [said(0, "smtpd", f"connect from {client}")]
    tail = f"from=<{sender}> to=<{to}> proto=ESMTP helo=<mail.example.net>"
    if kind < 0.1:
        code = source.choice(["550 5.1.1", "450 4.2.0", "554 5.7.1"])
        refused = f"NOQUEUE: reject: RCPT from {client}: {code} <{to}>: Recipient address rejected: no; {tail}"
        return [*lines, said(0.3, "smtpd", refused), said(0.5, "smtpd", f"disconnect from {client} quit=1 commands=5")]
    count = 2 if kind > 0.97 else 1
    lines += [
        said(0.1, "smtpd", f"{queue_id}: client={client}"),
        said(0.2, "cleanup", f"{queue_id}: message-id=<{number}.{queue_id}@example.net>"),
        said(0.3, "qmgr", f"{queue_id}: from=<{sender}>, size={source.randrange(99999)}, nrcpt={count} (queue active)"),
        said(0.9, "smtpd", f"disconnect from {client} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"),
    ]
    sent = f"250 2.0.0 Ok: queued as {number:08X}A"
    if kind < 0.13:
        refused = f"{queue_id}: milter-reject: END-OF-MESSAGE from {client}: 5.7.1 Spam; {tail}"
        lines.append(said(0.4, "cleanup", refused))
        if kind < 0.102:
            lines.append(said(1, "smtp", delivery("sent", sent)))
        return lines
    if kind < 0.16:
        lines.append(said(1, "smtp", delivery("bounced", "host mx.example.com[198.51.100.9] said: 550 5.1.1 unknown")))
    elif kind < 0.22:
        timeout = "connect to mx.example.com[198.51.100.9]:25: Connection timed out"
        lines.append(said(1, "smtp", delivery("deferred", timeout, "none")))
        lines.append(said(300, "smtp", delivery("sent", sent)))
    elif kind < 0.22 + FILTERED:
        second = "".join(source.choices(_HEX, k=10))
        back = f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {second}"
        lines += [
            said(1, "smtpd", f"{second}: client=localhost[127.0.0.1]"),
            said(1.2, "qmgr", f"{second}: from=<{sender}>, size=999, nrcpt=1 (queue active)"),
            said(1.5, "smtp", delivery("sent", back, "127.0.0.1[127.0.0.1]:10024")),
            said(2.5, "smtp", delivery("sent", sent, of=second)),
            said(2.6, "qmgr", f"{second}: removed"),
        ]
    else:
        lines.append(said(1, "smtp", delivery("sent", sent)))
        if kind > 0.998:
            lines.append(said(2, "smtp", delivery("sent", f"{sent}B")))
    lines.append(said(3, "qmgr", f"{queue_id}: removed"))
    return lines


def sendmail(source: random.Random, number: int, host: str = "mx1") -> list[Said]:
    """One message of sendmail."""
    queue_id = f"{''.join(source.choices(string.ascii_letters, k=8))}{number % 1_000_000:06}"
    client = f"mail{number % 97}.example.net [192.0.2.{source.randrange(256)}]"
    to, sender = f"<b{number % 500}@example.com>", f"<a{number % 1000}@example.net>"

    def said(after: float, text: str) -> Said:
        return after, f" {host} sendmail[{source.randrange(100, 99999)}]: {queue_id}: {text}"

    def delivery(stat: str, dsn: str) -> str:
        where = "mailer=esmtp, pri=121105, relay=mx.example.com. [198.51.100.9]"
        return f"to={to}, delay=00:00:01, xdelay=00:00:01, {where}, dsn={dsn}, stat={stat}"

    kind = source.random()
    envelope = f"from={sender}, size={source.randrange(99999)}, class=0, nrcpts=1, msgid=<{number}@example.net>"
    lines = [said(0, f"{envelope}, proto=ESMTP, daemon=MTA, relay={client}")]
    sent = f"Sent (ok: queued as {number:08X}A)"
    if kind < 0.05:
        return [said(0, f"ruleset=check_rcpt, arg1={to}, relay={client}, reject=550 5.1.1 {to}... User unknown")]
    if kind < 0.1:
        lines.append(said(0.5, "Milter: data, reject=554 5.7.1 Spam"))
        if kind < 0.052:
            lines.append(said(1, delivery(sent, "2.0.0")))
        return lines
    if kind < 0.13:
        return [*lines, said(1, delivery("User unknown", "5.1.1"))]
    if kind < 0.2:
        lines.append(said(1, delivery("Deferred: Connection timed out with mx.example.com.", "4.0.0")))
    lines.append(said(2, delivery(sent, "2.0.0")))
    if kind > 0.998:
        lines.append(said(3, delivery(f"Sent (ok: queued as {number:08X}B)", "2.0.0")))
    return lines


def exim(source: random.Random, number: int) -> list[Said]:
    """One message of Exim."""
    letters = string.ascii_letters + string.digits
    id_ = f"1{''.join(source.choices(letters, k=5))}-{''.join(source.choices(letters, k=6))}-0{source.choice(letters)}"
    client = f"H=mail{number % 97}.example.net [192.0.2.{source.randrange(256)}]"
    to, sender = f"b{number % 500}@example.com", f"a{number % 1000}@example.net"
    way = "R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.9]"
    kind = source.random()
    if kind < 0.05:
        return [(0, f" {client} F=<{sender}> rejected RCPT <{to}>: Unrouteable address")]
    lines: list[Said] = [
        (0, f" {id_} <= {sender} {client} P=esmtp S={source.randrange(99999)} id={number}@example.net")
    ]
    sent = f'C="250 2.0.0 Ok: queued as {number:08X}A"'
    if kind < 0.1:
        lines.append((0.5, f" {id_} {client} F=<{sender}> rejected after DATA: Spam"))
        if kind < 0.052:
            lines.append((1, f" {id_} => {to} {way} {sent}"))
        return lines
    if kind < 0.13:
        return [
            *lines,
            (1, f" {id_} ** {to} {way}: SMTP error from remote mail server: 550 no"),
            (1, f" {id_} Completed"),
        ]
    if kind < 0.2:
        lines.append((1, f" {id_} == {to} R=dnslookup T=remote_smtp defer (110): Connection timed out"))
    lines.append((2, f" {id_} => {to} {way} {sent}"))
    if kind > 0.998:
        lines.append((3, f' {id_} => {to} {way} C="250 2.0.0 Ok: queued as {number:08X}B"'))
    return [*lines, (4, f" {id_} Completed")]


def opensmtpd(source: random.Random, number: int, host: str = "mx1") -> list[Said]:
    """One message of OpenSMTPD."""
    session, onward = f"{source.getrandbits(64):016x}", f"{source.getrandbits(64):016x}"
    message, envelope = f"{source.getrandbits(32):08x}", f"{source.getrandbits(32):08x}"
    to, sender = f"b{number % 500}@example.com", f"a{number % 1000}@example.net"

    def said(after: float, text: str) -> Said:
        return after, f" {host} smtpd[{number % 30000}]: {text}"

    def delivery(result: str, stat: str) -> str:
        where = 'source="192.0.2.1" relay="198.51.100.9 (mx.example.com)" delay=1s'
        who = f"evpid={message}{envelope} from=<{sender}> to=<{to}> rcpt=<->"
        return f'{onward} mta delivery {who} {where} result="{result}" stat="{stat}"'

    kind = source.random()
    lines = [said(0, f"{session} smtp connected address=192.0.2.{source.randrange(256)} host=mail.example.net")]
    if kind < 0.1:
        lines.append(
            said(0.3, f'{session} smtp failed-command command="RCPT TO:<{to}>" result="550 Invalid recipient"')
        )
        return [*lines, said(0.5, f"{session} smtp disconnected reason=quit")]
    lines += [
        said(0.3, f"{session} smtp message msgid={message} size={source.randrange(99999)} nrcpt=1 proto=ESMTP"),
        said(0.3, f"{session} smtp envelope evpid={message}{envelope} from=<{sender}> to=<{to}>"),
        said(0.5, f"{session} smtp disconnected reason=quit"),
    ]
    if kind < 0.13:
        return [*lines, said(1, delivery("PermFail", "550 5.1.1 no such user"))]
    if kind < 0.2:
        lines.append(said(1, delivery("TempFail", "Network error on destination MXs")))
    lines.append(said(2, delivery("Ok", f"250 2.0.0 Ok: queued as {number:08X}A")))
    if kind > 0.998:
        lines.append(said(3, delivery("Ok", f"250 2.0.0 Ok: queued as {number:08X}B")))
    return [*lines, said(4, f"{onward} mta disconnected reason=quit messages=1")]


MADE: Final[dict[str, tuple[Message, Callable[[int], str]]]] = {
    "postfix": (postfix, syslog_time),
    "sendmail": (sendmail, syslog_time),
    "exim": (exim, iso_time),
    "opensmtpd": (opensmtpd, syslog_time),
}
