"""Our own FortiMail lines, made to order, and a short way to scan them. Addresses are those for documentation."""

import tempfile
from pathlib import Path
from typing import Any

from ingest.engine.event import Event
from ingest.engine.formats import make_format
from ingest.engine.result import Finding, Options, ScanResult
from ingest.engine.scan import scan
from ingest.engine.source import Source

DEVICE = "FE-TEST-0001"
ID = "25809Eex009534-25809Ef0009534"
OTHER_ID = "25809Eex009534-25809Ef1009534"  # the next message of the same session
REFUSED = "554 5.7.1 This email from IP 192.0.2.66 has been rejected. The email message was detected as spam."
ANSWER = REFUSED.removeprefix("554 5.7.1 ")
REJECTED, TWICE, LOST = "rejected-and-delivered", "delivered-twice", "accepted-and-lost"
ORDER, DRIFT = "verdict-order-changed", "verdict-drift"


def header(
    log_id: str, type_: str, *, at: str = "09:09:14.100", day: str = "2022-06-08", device: str | None = DEVICE
) -> str:
    """The part that every line begins with; ``device`` None leaves it out, as downloads do."""
    unit = f" device_id={device}" if device else ""
    return f"date={day} time={at}{unit} log_id={log_id} type={type_}"


def event(message: str, *, id_: str = ID, **where: Any) -> str:
    """A mail event line."""
    words = "subtype=smtp pri=information  user=mail ui=mail action=NONE status=N/A"
    return f'{header("0003009534", "event", **where)} {words} session_id="{id_}" msg="{message}"'


def history(
    disposition: str = "Accept",
    *,
    to: str = "b@example.com",
    id_: str = ID,
    subject: str = "hello",
    classifier: str = "Not Spam",
    sender: str = "a@example.net",
    more: str = "",
    subtype: str = "",
    **where: Any,
) -> str:
    """A history line in the order of keys of 6.4 and later, with ``more`` at its end."""
    kind = f" subtype={subtype}" if subtype else ""
    return (
        f'{header("0200009534", "statistics", **where)}{kind} pri=information  session_id="{id_}" '
        f'client_name="mail.example.net" client_ip="192.0.2.66" client_cc="ZZ" dst_ip="198.51.100.1" from="{sender}" '
        f'hfrom="{sender}" to="{to}" polid="0:1:1:SYSTEM" domain="example.com" mailer="mta" resolved="OK" '
        f'src_type="ext" direction="in" virus="" disposition="{disposition}" classifier="{classifier}" '
        f'message_length="1105" subject="{subject}" message_id="1@example.net" recv_time="" notif_delay="0" '
        f'scan_time="0.1" xfer_time="0.1" srcfolder="" read_status=""{more}'
    )


def spam(message: str, *, to: str = "b@example.com", id_: str = ID, subject: str = "hello", **where: Any) -> str:
    """An AntiSpam line."""
    return (
        f'{header("0300009534", "spam", **where)} subtype=default pri=information  session_id="{id_}" '
        f'client_name="mail.example.net" client_ip="192.0.2.66" dst_ip="198.51.100.1" from="a@example.net" to="{to}" '
        f'subject="{subject}" msg="{message}"'
    )


def virus(message: str, *, to: str = "b@example.com", id_: str = ID, **where: Any) -> str:
    """An AntiVirus line."""
    return (
        f'{header("0100009534", "virus", **where)} subtype=infected pri=information from="a@example.net" to="{to}" '
        f'src=192.0.2.66 session_id="{id_}" msg="{message}"'
    )


def envelope(count: int = 1, *, sender: str = "a@example.net", **where: Any) -> str:
    """The line by which a message is taken in."""
    words = f"size=1105, class=0, nrcpts={count}, msgid=<1@example.net>, proto=ESMTP, daemon=SMTP_MTA"
    return event(f"from=<{sender}>, {words}, relay=mail.example.net [192.0.2.66]", **where)


def refusal(reply: str = REFUSED, **where: Any) -> str:
    """The answer to DATA."""
    return event(f"Milter: data, reject={reply}", **where)


def rcpt(to: str, reply: str, **where: Any) -> str:
    """The answer to one RCPT."""
    return event(f"ruleset=check_rcpt, arg1=<{to}>, relay=mail.example.net [192.0.2.66], reject={reply}", **where)


def answer(to: str = "b@example.com", stat: str = ANSWER, **where: Any) -> str:
    """The session's answer, repeated for a recipient."""
    return event(f"to=<{to}>, delay=00:00:00, pri=31150, stat={stat}", **where)


def delivery(
    to: str = "b@example.com",
    stat: str = "Sent (Ok: queued as C257024FF1C5)",
    *,
    suffix: str = "",
    relay: str = "mx.example.com. [198.51.100.9]",
    dsn: str = "2.0.0",
    id_: str = ID,
    **where: Any,
) -> str:
    """What the next hop said about a recipient; a suffix makes it a child's."""
    words = f"delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=0, relay={relay}, dsn={dsn}, stat={stat}"
    return event(f"to=<{to}>, {words}", id_=id_ + suffix, **where)


def sent(queue_id: str) -> str:
    """A receipt."""
    return f"Sent (Ok: queued as {queue_id})"


def read(line: str) -> Event:
    """The event of a line that must be readable."""
    answer_ = make_format("fortimail").read(line)
    assert isinstance(answer_, Event), answer_
    return answer_


def scan_files(*logs: str | bytes, devices: tuple[str | None, ...] = (), options: Options | None = None) -> ScanResult:
    """Scan each text as a file of its own, called ``0.log``, ``1.log`` …"""
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for number, log in enumerate(logs):
            path = Path(folder) / f"{number}.log"
            path.write_bytes(log if isinstance(log, bytes) else log.encode())
            sources.append(Source(path, path.name, device=devices[number] if devices else None))
        return scan(sources, options or Options(max_findings=0))


def scan_lines(*lines: str) -> ScanResult:
    """Scan lines as one file."""
    return scan_files("".join(f"{line}\n" for line in lines))


def hits(result: ScanResult) -> list[tuple[str, str, str]]:
    """Rule, severity and recipient of every finding."""
    return [(finding.rule, finding.severity, finding.recipient) for finding in result.findings]


def says(finding: Finding) -> list[str]:
    """What the evidence says, in its order."""
    return [one.says for one in finding.evidence]


def reasons(result: ScanResult, rule: str) -> list[tuple[int, str]]:
    """How many transactions a rule did not judge, and why."""
    return [(row.transactions, row.reason) for row in result.not_judged if row.rule == rule]
