"""What is judged, how bad it is, and what is not judged: no data never reads as clean."""

import pytest

from ingest.engine.report_text import to_text
from tests.engine.gateway import (
    DRIFT,
    ID,
    LOST,
    ORDER,
    OTHER_ID,
    REJECTED,
    TWICE,
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
    sent,
    spam,
    virus,
)

INFECTED = "The file a.exe is infected with EICAR_TEST_FILE."


def test_a_virus_verdict_in_the_family_makes_it_critical_and_is_cited() -> None:
    result = scan_lines(refusal(), virus(INFECTED), delivery(suffix="0000"))

    assert hits(result) == [(REJECTED, "critical", "b@example.com")]
    assert says(result.findings[0]) == ["rejected", "virus", "delivered"]


def test_a_clean_virus_line_changes_nothing() -> None:
    clean = virus("File a.pdf has been scanned by FortiSandbox. Scan result: rating=CLEAN")

    assert hits(scan_lines(refusal(), clean, delivery(suffix="0000"))) == [(REJECTED, "high", "b@example.com")]


def test_a_refusal_by_the_next_hop_is_a_bounce_and_no_refusal() -> None:
    lines = [envelope(), delivery(stat="User unknown", dsn="5.1.1"), delivery(stat=sent("A1"), suffix="0000")]

    assert hits(scan_lines(*lines)) == []


ASTRAY = "where they went on the log does not show"
OWN = "25809Eg0000001"
TO_ITSELF = delivery(stat=f"Sent ({OWN} Message accepted for delivery)", suffix="0000")


@pytest.mark.parametrize(
    "lines",
    [
        [delivery(relay="localhost [127.0.0.1]")],
        [TO_ITSELF, envelope(id_=f"25809Eex000001-{OWN}")],
    ],
)
def test_a_refusal_and_a_handover_to_the_unit_itself_is_no_delivery_and_no_proof_of_none(lines: list[str]) -> None:
    result = scan_lines(refusal(), answer(), *lines)

    assert hits(result) == []
    assert [count for count, why in reasons(result, REJECTED) if ASTRAY in why] == [1]
    assert not [why for _, why in reasons(scan_lines(envelope(), *lines), REJECTED) if ASTRAY in why]


def test_a_handover_to_the_unit_itself_beside_a_delivery_may_be_a_second_one() -> None:
    over, on = delivery(relay="localhost [127.0.0.1]"), delivery(stat=sent("A2"), suffix="0000")

    assert [count for count, why in reasons(scan_lines(envelope(), over, on), TWICE) if ASTRAY in why] == [1]
    assert reasons(scan_lines(envelope(), over, over), TWICE) == []
    assert reasons(scan_lines(envelope(), over, delivery("c@example.com")), TWICE) == []


def test_a_deferral_is_never_a_refusal() -> None:
    later = refusal("451 4.7.1 Try later")

    assert hits(scan_lines(later, answer(stat="Try later"), delivery(suffix="0000"))) == []


def test_an_answer_without_its_refusal_line_tells_nothing() -> None:
    assert hits(scan_lines(answer(), delivery(suffix="0000"))) == []


def test_a_recipient_refused_at_rcpt_and_delivered_all_the_same_is_a_hit() -> None:
    result = scan_lines(rcpt("b@example.com", "550 5.7.1 No"), envelope(), delivery(suffix="0000"))

    assert hits(result) == [(REJECTED, "high", "b@example.com")]


def test_a_copy_beside_a_delivery_to_the_recipient_is_listed_in_that_finding() -> None:
    result = scan_lines(
        refusal(), history("Reject"), delivery(suffix="0000"), delivery("archive@example.org", suffix="0001")
    )

    assert hits(result) == [(REJECTED, "high", "b@example.com")]
    assert result.findings[0].copies == ("archive@example.org",)


def test_a_copy_is_not_held_against_a_message_that_one_recipient_was_accepted_for() -> None:
    result = scan_lines(
        rcpt("b@example.com", "550 5.7.1 No"),
        history("Accept", to="c@example.com"),
        delivery("archive@example.org", suffix="0001"),
    )

    assert hits(result) == []


@pytest.mark.parametrize(("rule", "why"), [(ORDER, "two spam verdicts"), (DRIFT, "no history lines")])
def test_rules_about_the_whole_log_say_what_they_lack(rule: str, why: str) -> None:
    result = scan_lines(envelope(), delivery())

    [(count, reason)] = reasons(result, rule)
    assert count == 1
    assert why in reason
    assert rule not in result.finding_counts


@pytest.mark.parametrize("lines", [[spam("Detected by BannedWord test")], [virus(INFECTED)]])
def test_a_log_of_one_scanner_alone_is_not_judged(lines: list[str]) -> None:
    result = scan_lines(*lines)

    assert result.finding_counts == {}
    assert [count for count, _ in reasons(result, REJECTED)] == [1]
    assert [count for count, _ in reasons(result, TWICE)] == [1]
    assert result.unfinished == 1
    assert "No rule could judge any message" in to_text(result)


def test_history_alone_tells_of_no_deliveries_and_is_not_judged() -> None:
    result = scan_lines(history("Reject"), history(id_=OTHER_ID))

    assert result.finding_counts == {}
    [(count, reason)] = reasons(result, REJECTED)
    assert count == 2
    assert "no mail event lines" in reason


def test_history_with_delivery_status_is_judged_for_the_contradiction_and_not_for_double_delivery() -> None:
    result = scan_lines(history("Reject", more=' delivery_status="Blocked"'))

    assert result.finding_counts == {LOST: 0, REJECTED: 0}
    assert len(reasons(result, TWICE)) == 1


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([delivery()], "does not cover the beginning"),
        ([delivery(relay="localhost [127.0.0.1]")], "does not cover the beginning"),
        ([envelope(3), delivery()], "more recipients than the log names"),
        ([history("0x40"), delivery()], "a bit whose meaning is not known"),
        ([history("Bounce"), delivery()], "a word or a bit whose meaning is not known"),
        ([history("Accept;Bounce"), delivery()], "a word or a bit whose meaning is not known"),
        ([history("Reject", more=' delivery_status="Landed"'), delivery()], "a word or a bit whose meaning"),
        ([history(subject='x" disposition="Accept'), delivery()], "cannot be read one way only"),
        ([event("Milter: to, reject=550 5.7.1 No"), delivery()], "whom the log does not name"),
        ([history("Reject"), envelope(id_=OTHER_ID), delivery(id_=OTHER_ID)], "no mail event lines (elog) of them"),
        ([history("Reject"), history(id_=OTHER_ID, more=' delivery_status="Delivered"')], "no mail event lines (elog)"),
        ([history("Reject", more=' delivery_status="Landed"')], "no mail event lines (elog) of them"),
        ([spam("URL"), envelope(id_=OTHER_ID)], "neither history lines nor mail event lines"),
        ([envelope(), event("to=<b@example.com>, delay=00:00:01, mailer=esmtp, relay=mx.exam")], "one way only"),
        ([envelope(), event("to=<b@example.com>, mailer=esmtp, relay=[198.51.100.9], stat=Se")], "one way only"),
        ([history(), event("to=<b@example.com>, mailer=esmtp, dsn=2.0.0, stat=Taken over")], "one way only"),
        ([event("ruleset=check_compat, arg1=<b@example.com>, reject=550 5.7.1 No"), delivery()], "one way only"),
        ([event("Milter (fmail): eom: reject=554 5.7.1 No"), history(), delivery()], "one way only"),
        ([event("milter=fmail, action=data, reject=554 5.7.1 No"), history(), delivery()], "one way only"),
        ([envelope(id_=f"{ID}0000"), delivery()], "does not cover the beginning"),
        ([history(), delivery(), event("Milter: data, reject=554 No", id_="")], "name no session"),
        ([history(), delivery(), history("Reject", id_="")], "name no session"),
    ],
)
def test_what_one_message_lacks_is_counted_with_its_reason(lines: list[str], reason: str) -> None:
    result = scan_lines(*lines)

    assert [count for count, why in reasons(result, REJECTED) if reason in why] == [1]


@pytest.mark.parametrize("rule", [REJECTED, TWICE])
def test_a_delivery_that_is_taken_for_a_notice_is_said_to_be_open(rule: str) -> None:
    note = event(f"DSN: to <b@example.com>; reason:User unknown; sessionid:{ID}")
    first, second = delivery(stat=sent("A1")), delivery(stat=sent("A2"))
    message = [refusal(), first, note] if rule == REJECTED else [envelope(), first, second, note]

    result, child = scan_lines(*message), scan_lines(refusal(), delivery(stat=sent("A2"), suffix="0000"), note)

    assert hits(result) == []
    assert [count for count, why in reasons(result, rule) if "notice of non-delivery" in why] == [1]
    assert not [why for _, why in reasons(child, rule) if "notice of non-delivery" in why]


def test_a_message_without_event_lines_is_not_judged_by_those_of_another() -> None:
    result = scan_lines(history("Reject"), envelope(id_=OTHER_ID), delivery(id_=OTHER_ID))

    assert result.judged == {LOST: 1, REJECTED: 1, TWICE: 1}
    assert (result.messages, result.finding_counts) == (2, {LOST: 0, REJECTED: 0, TWICE: 0})


def test_an_unfinished_transaction_holds_no_contradiction_back() -> None:
    result = scan_lines(delivery(stat=sent("A1")), delivery(stat=sent("A2"), suffix="0000"))

    assert result.unfinished == 1
    assert hits(result) == [(TWICE, "medium", "b@example.com")]


def test_lines_that_speak_of_no_recipient_are_transactions_and_no_messages() -> None:
    result = scan_lines(
        event("STARTTLS=server, relay=[192.0.2.66]"), event("Milter: connect, reject=550 No", id_=OTHER_ID)
    )

    assert (result.transactions, result.messages) == (2, 0)
    assert (0, "the log speaks of no message") in reasons(result, REJECTED)


def test_a_day_counts_a_message_once_per_verdict_however_many_recipients_it_has() -> None:
    lines = [history(to=f"u{n}@example.com") for n in range(3)]

    assert [row.messages for row in scan_lines(*lines).by_day] == [1]


def test_a_log_without_dates_has_counts_without_day() -> None:
    line = history().replace("date=2022-06-08 ", "")

    [row] = scan_lines(line).by_day
    assert (row.day, row.verdict, row.messages) == (None, "Not Spam", 1)


def test_history_lines_without_an_id_count_by_day_each_once() -> None:
    line = history(id_="")

    assert [row.messages for row in scan_lines(line, line, history(id_="", to="c@example.com")).by_day] == [2]


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n\n", b"hello\nworld\n", b"\0" * 100, b"\xff\xfe", b"PK\x03\x04rubbish", b"\x1f\x8b"]
)
def test_what_cannot_be_read_never_reads_as_clean(raw: bytes) -> None:
    result = scan_files(raw)

    assert result.read_lines == 0
    assert result.finding_counts == {}
    assert result.files[0].format is None
    assert {row.rule for row in result.not_judged} >= {REJECTED, TWICE}
    text = to_text(result)
    assert "nothing was read" in text
    assert "nothing was judged" in text


def test_unread_lines_are_counted_by_reason_and_some_are_kept() -> None:
    result = scan_lines(*[f"garbage {n}" for n in range(300)], history(), "date=2022-06-08 time=09:09:14 type=traffic")

    [file] = result.files
    assert (file.format, file.lines, file.unread_lines) == ("fortimail", 302, 301)
    assert sum(file.unread_reasons.values()) == 301
    assert file.unread_examples[0].text == "garbage 0"
    assert not result.complete


def test_the_text_for_people_names_what_was_not_judged_and_never_says_all_is_well() -> None:
    text = to_text(scan_lines(envelope(), delivery(), history(), "garbage"))

    assert (
        "No finding of the rules that could judge: accepted-and-lost (1 messages), delivered-twice (1 messages), "
        "rejected-and-delivered (1 messages)." in text
    )
    assert "1 lines NOT READ" in text
    assert "Not judged:" in text
    assert "verdict-drift" in text
    assert "clean" not in text.lower()
    assert " ok" not in text.lower()
