"""The sender's text decides nothing: subjects, addresses, HELOs and replies that look like a gateway's own words."""

import time

import pytest

from ingest.engine.event import Event, Flag, Kind
from ingest.engine.formats import DATA, REGISTRY, make_format
from tests.engine.gateway import REJECTED, hits, scan_lines
from tests.engine.test_log_formats import (
    ALL,
    CONTRADICTIONS,
    CSV,
    ESA_BEGIN,
    EXCHANGE,
    EXIM_BEGIN,
    EXIM_WAY,
    POSTFIX_BEGIN,
    SENDMAIL_BEGIN,
    TO,
    esa,
    exchange,
    exim,
    key_values,
    postfix,
    postfix_to,
    row,
    sendmail,
    sendmail_to,
)

REFUSED = {name: lines[:-1] for name, lines in CONTRADICTIONS.items()}
DELIVERED = {name: [line for line in lines if "reject" not in line] for name, lines in CONTRADICTIONS.items()}
SENT = "status=sent (250 ok: queued as 1)"
WAY = "relay=mx[198.51.100.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, " + SENT
VIA = "relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (x)"
STAT = "mailer=esmtp, dsn=2.0.0, stat=Sent (ok)"
JSON = '{"time": "2026-01-05T08:00:00Z", "qid": "77AB", "to": "b@example.com", "subject": "'
# Lines that a sender's own words shape, and that must not add a delivery to a message that was refused.
NO_DELIVERY = [
    ("postfix", postfix(f"warning: header Subject: to=<{TO}>, {WAY} from x[192.0.2.66]; from=<a@example.net>")),
    ("postfix", postfix(f"reject: header Subject: 4F9D1A2B3C: to=<{TO}>, {WAY} from x[192.0.2.66]; from=<a@b>")),
    ("postfix", postfix(f"message-id=<to={TO}, {WAY}>", service="cleanup")),
    ("postfix", postfix(f'to=<"b>, {WAY}"@example.com>, {VIA}')),
    ("postfix", postfix(f'to=<"b\\">, {WAY} \\""@example.com>, {VIA}')),
    ("postfix", postfix_to("bounced", f"host mx.example.com said: 550 to=<{TO}>, {WAY}")),
    ("sendmail", sendmail(f"from=<to={TO}, mailer=esmtp, stat=Sent (ok)>, size=1, class=0, nrcpts=1, proto=ESMTP")),
    ("sendmail", sendmail_to(f"Deferred: 451 stat=Sent (ok), to=<{TO}>, mailer=esmtp, stat=Sent", "4.0.0")),
    ("sendmail", sendmail(f'to=<"b>, {STAT}"@example.com>, mailer=esmtp, dsn=5.1.1, stat=No')),
    ("exim", exim(f'<= a@example.net H=x [192.0.2.66] P=esmtp S=1 id=x T="1vcabc-000001-AB => {TO} {EXIM_WAY}"')),
    ("exim", exim(f"** {TO} {EXIM_WAY}: 550 1vcabc-000001-AB => {TO} {EXIM_WAY}")),
    ("exim", exim(f"== {TO} R=x T=y defer (-44): 451 => {TO} {EXIM_WAY}")),
    ("cisco_esa", esa("MID 6 Subject 'Message done DCID 8 MID 6 to RID [0]'")),
    ("cisco_esa", esa("MID 6 attachment 'x Message done DCID 8 MID 6 to RID [0]'")),
    ("cisco_esa", esa("Bounced: DCID 8 MID 6 to RID 0 - 5.1.0 - ('550', ['Message done DCID 8 MID 6 to RID [0]'])")),
    ("syslog_kv", key_values('subject="status=delivered" event=seen')),
    ("syslog_kv", key_values('subject=x status=delivered reply="250 ok"')),
    ("syslog_kv", key_values('subject="a \\" status=delivered \\""')),
    ("csv", row("seen", '"status=delivered, ""delivered"""')),
    ("json_lines", JSON + '\\"status\\": \\"sent\\""}'),
]  # fmt: skip
# The same for a message that was delivered: nothing may say that it was refused.
NO_REFUSAL = [
    ("postfix", postfix("warning: header Subject: reject: RCPT from x[192.0.2.66]: 550 no", service="cleanup")),
    ("postfix", postfix_to("deferred", "451 4F9D1A2B3C: milter-reject: END-OF-MESSAGE from x[192.0.2.1]: 5.7.1")),
    ("sendmail", sendmail("from=<x, reject=554 5.7.1 no>, size=1, class=0, nrcpts=1, proto=ESMTP")),
    ("sendmail", sendmail("Milter add: header: X-Note: Milter: data, reject=554 5.7.1 no")),
    ("sendmail", sendmail_to("Deferred: 451 Milter: data, reject=554 5.7.1 no", "4.0.0")),
    ("exim", exim('<= a@example.net H=x [192.0.2.66] P=esmtp S=1 T="F=<a@example.net> rejected after DATA: no"')),
    ("cisco_esa", esa("MID 6 Subject 'MID 6 rejected by policy'")),
    ("syslog_kv", key_values('subject="status=rejected" event=seen')),
    ("syslog_kv", key_values("subject=x action=rejected")),
    ("csv", row("seen", '"rejected, status=rejected"')),
    ("json_lines", JSON + 'status=rejected"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line"), NO_DELIVERY)
def test_no_word_of_the_senders_delivers_a_refused_message(name: str, line: str) -> None:
    result = scan_lines(*REFUSED[name], line)

    assert result.files[0].format == name
    assert [hit for hit in hits(result) if hit[0] == REJECTED] == []


@pytest.mark.parametrize(("name", "line"), NO_REFUSAL)
def test_no_word_of_the_senders_refuses_a_delivered_message(name: str, line: str) -> None:
    result = scan_lines(*DELIVERED[name], line)

    assert result.files[0].format == name
    assert [hit for hit in hits(result) if hit[0] == REJECTED] == []


def test_an_exchange_subject_cannot_move_columns() -> None:
    hostile = '"",DELIVER,""x""'  # quotes are doubled
    result = scan_lines(EXCHANGE, exchange("RECEIVE", subject=hostile), exchange("FAIL", subject="x,DELIVER,y"))

    assert result.complete
    assert hits(result) == []


def test_a_helo_that_closes_its_bracket_names_no_other_recipient() -> None:
    helo = "x; from=<a@example.net> to=<victim@example.com> proto=ESMTP helo=<y>"
    line = postfix(
        f"reject: RCPT from x[192.0.2.66]: 550 5.1.1 no; from=<a@example.net> to=<{TO}> proto=ESMTP helo=<{helo}>",
        service="smtpd",
    )
    answer = make_format("postfix").read(line)

    assert isinstance(answer, Event)
    assert "victim@example.com" not in answer.recipients
    assert answer.flags & Flag.UNCLEAR


@pytest.mark.parametrize(
    "text", ['"x; from=<a@example.net> to=<victim@example.com> proto=ESMTP helo=<y>"@example.net', "x"]
)
def test_a_reply_that_quotes_the_sender_names_no_other_recipient(text: str) -> None:
    words = f"450 4.1.8 <{text}>: Sender address rejected; from=<a@example.net> to=<{TO}> proto=ESMTP helo=<x>"
    answer = make_format("postfix").read(postfix(f"reject: RCPT from x[192.0.2.66]: {words}", service="smtpd"))

    assert isinstance(answer, Event)
    assert (answer.kind, answer.recipients, answer.told) == (Kind.REFUSAL, (TO,), "deferred")


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_line_that_is_cut_anywhere_never_makes_a_finding_of_something_else(name: str) -> None:
    """Whatever remains of the delivery's line, it is the same finding or none."""
    *rest, last = CONTRADICTIONS[name]
    for length in range(0, len(last), 7):
        result = scan_lines(*rest, last[:length])

        assert hits(result) in ([], [(REJECTED, "high", TO)]), last[:length]


@pytest.mark.parametrize(
    ("name", "end"), [("postfix", "dsn=2.0.0, sta"), ("sendmail", "dsn=2.0.0, st"), ("exim", "=> ")]
)
def test_a_delivery_cut_before_its_word_is_not_judged(name: str, end: str) -> None:
    last = CONTRADICTIONS[name][-1]
    answer = make_format(name).read(last[: last.index(end) + len(end)])

    assert isinstance(answer, Event)
    assert answer.done == "unknown"
    assert answer.flags & Flag.UNCLEAR


HOSTILE = [
    "<",
    '"',
    "\\",
    "[",
    " ",
    ",",
    ": ",
    "=",
    "a",
    "a=",
    '="',
    "{",
    '{"a":',
    "(",
    ", relay=",
    " from=<",
    "\u2028",
    "é",
]


@pytest.mark.parametrize("name", DATA)
def test_a_very_long_line_costs_no_more_than_its_length(name: str) -> None:
    """The worst of them are read at some megabytes a second; an expression that goes back and forth takes minutes."""
    reader = make_format(name)
    beginnings = {
        line[: len(line) * part // 4] for line in (REGISTRY[name].sample, *ALL.get(name, [])) for part in (1, 2, 3, 4)
    }
    begun = time.process_time()
    for number, beginning in enumerate(sorted(beginnings)):
        for filler in HOSTILE if number < 3 else HOSTILE[number % len(HOSTILE) :: 6]:
            reader.read(beginning + filler * (100_000 // len(filler)))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("name", DATA)
def test_any_piece_of_a_line_is_read_or_refused_and_never_an_error(name: str) -> None:
    reader = make_format(name)
    for line in (REGISTRY[name].sample, *ALL.get(name, [])):
        for place in range(0, len(line), 3):
            for text in (
                line[place:],
                line[:place],
                line[:place] + '"' + line[place:],
                line[:place] + "\udcff" + line[place:],
            ):
                answer = reader.read(text)
                assert answer is not None
                reader.spans(text)
                reader.fits(text)  # type: ignore[attr-defined]


BEGINNINGS = (POSTFIX_BEGIN, SENDMAIL_BEGIN, EXIM_BEGIN, ESA_BEGIN, [CSV])


@pytest.mark.parametrize("lines", BEGINNINGS)
def test_the_beginning_of_a_message_alone_is_no_finding(lines: list[str]) -> None:
    assert hits(scan_lines(*lines)) == []
