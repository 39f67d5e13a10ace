"""Accepted, and nothing done: held against a message only where the log shows all the time it could be queued."""

from pathlib import Path
from typing import Any

import pytest

from ingest.engine.findings.coverage import GAP, NO_DATES, UNDATED_FAMILY, Coverage
from ingest.engine.judge import NAMELESS
from ingest.engine.result import Options
from ingest.engine.times import DAY_MS
from tests.engine.gateway import (
    LOST,
    OTHER_ID,
    answer,
    delivery,
    envelope,
    event,
    history,
    hits,
    rcpt,
    reasons,
    refusal,
    says,
    scan_files,
    scan_lines,
    spam,
)
from tests.engine.two_engines import agree, sources_of

DAYS = [f"2022-06-{day:02d}" for day in range(8, 15)]
DEFERRED = "Deferred: Connection refused by mx.example.com."


def others(days: list[str] = DAYS, device: str | None = "FE-TEST-0001") -> list[str]:
    """Messages of every day that came through: by their lines one sees what the log covers."""
    lines = []
    for number, day in enumerate(days):
        where: dict[str, Any] = {
            "id_": f"25809Eex{number:06d}-25809Ef0{number:06d}",
            "day": day,
            "at": "12:00:00.000",
            "device": device,
        }
        lines += [envelope(**where), history(**where), delivery(**where)]
    return lines


def accepted() -> list[str]:
    """A message that was taken in, and then nothing."""
    return [envelope(), history("Accept")]


def lost(*lines: str, days: list[str] = DAYS) -> list[tuple[str, str, str]]:
    return [hit for hit in hits(scan_lines(*lines, *others(days))) if hit[0] == LOST]


def test_accepted_and_never_delivered_in_a_log_that_covers_the_queue_lifetime_is_a_hit() -> None:
    result = scan_lines(*accepted(), *others())

    assert hits(result) == [(LOST, "high", "b@example.com")]
    assert says(result.findings[0]) == ["accepted"]
    assert result.finding_counts[LOST] == 1
    assert result.unfinished == 0
    assert "The message was accepted (disposition Accept), and no line says" in result.findings[0].summary


def test_what_was_tried_last_is_cited_and_told() -> None:
    result = scan_lines(*accepted(), delivery(stat=DEFERRED, dsn="4.0.0"), *others())

    [finding] = result.findings
    assert says(finding) == ["accepted", "tried"]
    assert f"the last that was tried: “{DEFERRED}”" in finding.summary


@pytest.mark.parametrize(("days", "covered"), [(DAYS[:1], 0), (DAYS[:2], 1), (DAYS[:5], 4)])
def test_a_log_that_ends_before_the_queue_lifetime_does_holds_it_back_and_says_so(
    days: list[str], covered: int
) -> None:
    result = scan_lines(*accepted(), *others(days))

    assert hits(result) == []
    assert reasons(result, LOST) == [(1, f"the log covers {covered} of 5 days of queue lifetime")]
    assert result.unfinished == 1
    assert result.judged[LOST] == len(days)


def test_the_queue_lifetime_is_a_setting() -> None:
    text = "".join(f"{line}\n" for line in [*accepted(), *others(DAYS[:3])])

    assert LOST in scan_files(text, options=Options(queue_days=2)).finding_counts
    assert hits(scan_files(text, options=Options(queue_days=2))) == [(LOST, "high", "b@example.com")]
    assert hits(scan_files(text, options=Options(queue_days=3))) == []


def test_the_lifetime_counts_from_the_last_line() -> None:
    late = delivery(stat=DEFERRED, dsn="4.0.0", day="2022-06-12")

    assert lost(*accepted(), late) == []
    assert lost(*accepted(), late, days=[f"2022-06-{day:02d}" for day in range(8, 19)])


def test_a_day_without_mail_events_inside_the_lifetime_holds_it_back() -> None:
    result = scan_lines(*accepted(), *others([day for day in DAYS if day != "2022-06-10"]))

    assert hits(result) == []
    assert reasons(result, LOST) == [(1, GAP)]
    assert result.unfinished == 1


def test_a_missing_beginning_holds_it_back() -> None:
    result = scan_lines(delivery(stat=DEFERRED, dsn="4.0.0"), *others())

    assert hits(result) == []
    assert reasons(result, LOST) == [(1, "the log does not cover the beginning of these messages")]
    assert result.unfinished == 1


def test_a_log_without_dates_is_not_judged() -> None:
    lines = [line.replace("date=2022-06-08 ", "") for line in accepted()]

    assert reasons(scan_lines(*lines), LOST) == [(1, UNDATED_FAMILY)]
    dated = [lines[0], accepted()[1]]
    assert reasons(scan_lines(*dated), LOST) == [(1, NO_DATES)]


def test_what_another_device_covers_says_nothing_of_this_one() -> None:
    result = scan_lines(*accepted(), *others(device="FE-OTHER"))

    assert hits(result) == []
    assert reasons(result, LOST) == [(1, "the log covers 0 of 5 days of queue lifetime")]


@pytest.mark.parametrize(
    "end",
    [
        [delivery()],
        [delivery(suffix="0000", day="2022-06-09")],
        [delivery(stat="User unknown", dsn="5.1.1")],
        [history("System Quarantine")],
        [history("Discard")],
        [history("Discard;Archive"), delivery("archive@example.org", suffix="0001")],
        [history("Reject")],
        [refusal()],
        [refusal("451 4.7.1 Later")],
        [event("to=<b@example.com>, delay=00:00:00, mailer=local, pri=0, dsn=2.0.0, stat=expanded")],
        [history(subtype="update", more=' delivery_status="Delivered"', at="09:10:00.000")],
        [history(subtype="update", more=' delivery_status="Failed"', at="09:10:00.000")],
    ],
)
def test_delivered_bounced_quarantined_discarded_refused_or_expanded_is_not_lost(end: list[str]) -> None:
    result = scan_lines(*accepted(), *end, *others())

    assert LOST not in [rule for rule, _, _ in hits(result)]
    assert reasons(result, LOST) == []


def test_of_two_recipients_only_the_one_that_is_open_is_lost() -> None:
    lines = [envelope(2), history(to="a@example.com"), history(to="b@example.com"), delivery("a@example.com")]

    assert lost(*lines) == [(LOST, "high", "b@example.com")]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([history("Accept", subject='x" disposition="Accept')], "cannot be read one way only"),
        ([history("Bounce")], "whose meaning is not known"),
        ([event("DSN: to <a@example.net>; reason:User unknown; sessionid:1")], "a notice of non-delivery was made"),
        ([delivery(relay="localhost [127.0.0.1]")], "handed over to the unit itself"),
        ([delivery("alias@example.org", suffix="0001")], "another address than the recipient's"),
        ([event("to=<b@example.com>, mailer=esmtp, relay=mx.example.com. [198.51.100.9], stat=Se")], "one way only"),
    ],
)
def test_what_may_explain_it_holds_it_back_with_the_reason(more: list[str], reason: str) -> None:
    result = scan_lines(*accepted(), *more, *others())

    assert LOST not in [rule for rule, _, _ in hits(result)]
    assert [count for count, why in reasons(result, LOST) if reason in why] == [1]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([envelope(), answer()], "no line says what the sender was told"),
        ([history("Accept")], "no mail event lines (elog)"),
        ([spam("Detected by BannedWord test")], "no mail event lines (elog)"),
        ([envelope(), history("Tag Subject")], "no line says"),
    ],
)
def test_a_kind_of_line_that_is_missing_is_named(lines: list[str], reason: str) -> None:
    result = scan_lines(*lines)

    assert LOST not in result.finding_counts
    assert [count for count, why in reasons(result, LOST) if reason in why] == [1]


def test_recipients_that_no_line_names_are_not_judged_beside_those_that_are() -> None:
    result = scan_lines(envelope(3), history("Accept"), *others())

    assert hits(result) == [(LOST, "high", "b@example.com")]
    assert [count for count, why in reasons(result, LOST) if "more recipients than the log names" in why] == [1]


def test_it_is_one_finding_whatever_file_the_lines_stand_in_and_however_often() -> None:
    text = "".join(f"{line}\n" for line in [*accepted(), *others()])

    assert hits(scan_files(text, text)) == [(LOST, "high", "b@example.com")]


def test_an_empty_log_reads_as_nothing() -> None:
    result = scan_files(b"")

    assert LOST not in result.finding_counts
    assert reasons(result, LOST) == [(0, "the log speaks of no message")]


def test_a_recipient_that_was_let_in_at_rcpt_is_no_message_that_was_taken() -> None:
    result = scan_lines(rcpt("b@example.com", "250 2.1.5 Ok"), envelope(), *others())

    assert hits(result) == []
    assert [count for count, why in reasons(result, LOST) if "no line says what the sender was told" in why] == [1]


def test_the_answer_to_data_is_told_for_every_recipient() -> None:
    taken = refusal("250 2.0.0 Ok: queued")

    assert lost(envelope(2), taken, delivery("a@example.com"), event("to=<b@example.com>, delay=1, stat=later")) == [
        (LOST, "high", "b@example.com")
    ]


def test_the_other_message_of_the_session_does_not_stand_for_it() -> None:
    assert lost(*accepted(), envelope(id_=OTHER_ID), delivery(id_=OTHER_ID)) == [(LOST, "high", "b@example.com")]


def test_coverage_counts_whole_days_to_the_millisecond() -> None:
    coverage = Coverage(0, 5 * DAY_MS, frozenset(range(6)))

    assert coverage.lacks(0, 5) is None
    assert coverage.lacks(1, 5) == "the log covers 4 of 5 days of queue lifetime"
    assert coverage.lacks(6 * DAY_MS, 5) == "the log covers 0 of 5 days of queue lifetime"


def test_a_message_whose_recipients_no_line_names_is_not_passed_over(tmp_path: Path) -> None:
    """Postfix names recipients where it tries to deliver: what was queued and then vanished speaks of nobody."""
    log = (
        "Nov  1 10:05:01 mx1 postfix/smtpd[1001]: 5AB1C2D3E4: client=mail.example.net[198.51.100.7]\n"
        "Nov  1 10:05:01 mx1 postfix/qmgr[900]: 5AB1C2D3E4: from=<a@example.net>, size=2210, nrcpt=1 (queue active)\n"
        "Nov 24 10:05:01 mx1 postfix/qmgr[900]: 60011C2D3E: from=<a@example.net>, size=2210, nrcpt=1 (queue active)\n"
        "Nov 24 10:05:02 mx1 postfix/smtp[1003]: 60011C2D3E: to=<b@example.com>, relay=in.example.com[203.0.113.9]:25, "
        "delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as AB0001)\n"
    )
    result = agree(sources_of(tmp_path, log.encode()))
    assert (result["transactions"], result["messages"]) == (2, 1)
    rows = [row for row in result["not_judged"] if row["rule"] == LOST and row["reason"] == NAMELESS]
    assert [row["transactions"] for row in rows] == [1]


def test_a_message_that_was_refused_before_anybody_was_named_is_no_doubt() -> None:
    nobody = scan_lines(envelope(), refusal())
    assert NAMELESS not in [reason for _, reason in reasons(nobody, LOST)]
    assert [count for count, reason in reasons(scan_lines(envelope()), LOST) if reason == NAMELESS] == [1]
