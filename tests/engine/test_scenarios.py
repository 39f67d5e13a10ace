"""The scenarios of the contract, one test each, in its order."""

import pytest

from tests.engine.gateway import (
    ANSWER,
    ID,
    LOST,
    OTHER_ID,
    REFUSED,
    REJECTED,
    TWICE,
    answer,
    delivery,
    envelope,
    event,
    header,
    history,
    hits,
    rcpt,
    read,
    reasons,
    refusal,
    says,
    scan_files,
    scan_lines,
    sent,
    spam,
    virus,
)


def story() -> list[str]:
    """The story's six lines: five of the session, and the delivery under the id with ``0000`` behind it."""
    return [
        history("Reject", classifier="FortiGuard AntiSpam-IP", at="09:09:14.104"),
        refusal(at="09:09:14.102"),
        answer(at="09:09:14.103"),
        spam("FortiGuard-AntiSpam identified spam URL: http://example.com", at="09:09:14.100"),
        spam("FortiGuard-AntiSpam identified spam IP: 192.0.2.66, score: 3", at="09:09:14.101"),
        event(
            "to=b@example.com, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=0, relay= [198.51.100.9], "
            "dsn=2.0.0, stat=Sent (Ok: queued as C257024FF1C5)",
            id_=ID + "0000",
            at="09:09:14.900",
        ),
    ]


def test_01_the_six_lines_of_the_story_are_one_hit_with_all_their_lines() -> None:
    result = scan_lines(*story())

    assert hits(result) == [(REJECTED, "high", "b@example.com")]
    finding = result.findings[0]
    assert says(finding) == ["verdict", "verdict", "rejected", "rejected", "rejected", "delivered"]
    assert (finding.transaction, finding.children) == (ID, ("0000",))
    assert result.transactions == result.messages == 1
    assert result.unfinished == 0


def test_02_of_two_recipients_refused_at_data_only_the_one_that_was_delivered_to_is_a_hit() -> None:
    result = scan_lines(envelope(2), refusal(), answer("a@example.com"), answer(), delivery(suffix="0000"))

    assert hits(result) == [(REJECTED, "high", "b@example.com")]


def test_03_a_recipient_refused_at_rcpt_is_no_contradiction_to_another_that_was_accepted() -> None:
    refused = rcpt("a@example.com", "550 5.1.1 <a@example.com>... User unknown")

    result = scan_lines(refused, envelope(1), delivery(), history())

    assert hits(result) == []


def test_04_deferred_and_sent_hours_later_is_no_hit() -> None:
    later = delivery("b@example.com", "Deferred: Connection refused by mx.example.com.", dsn="4.0.0")

    result = scan_lines(envelope(), later, delivery(at="14:00:00.000"))

    assert hits(result) == []
    assert result.unfinished == 0


def test_04_what_is_still_open_at_the_end_of_the_log_is_unfinished() -> None:
    result = scan_lines(envelope(), delivery(stat="Deferred: Connection refused", dsn="4.0.0"))

    assert result.unfinished == 1


def test_05_greylisting_and_a_later_session_that_delivers_is_no_hit() -> None:
    greylisted = rcpt("b@example.com", "451 4.7.1 Greylisting in action, please try later")

    result = scan_lines(greylisted, envelope(id_=OTHER_ID), delivery(id_=OTHER_ID))

    assert hits(result) == []
    assert (result.transactions, result.unfinished) == (2, 0)


def test_06_a_rejection_with_a_notification_to_the_recipient_is_info() -> None:
    result = scan_lines(refusal(), history("Reject;Notification"), delivery(suffix="0000"))

    assert hits(result) == [(REJECTED, "info", "b@example.com")]
    assert "notification" in says(result.findings[0])


def test_07_bcc_and_archive_copies_of_a_refused_message_are_listed_as_copies_and_not_held_against_the_recipient() -> (
    None
):
    bcc = delivery("archive@example.org", suffix="0001")

    result = scan_lines(refusal(), history("Reject"), bcc)

    assert hits(result) == [(REJECTED, "info", "archive@example.org")]
    assert result.findings[0].copies == ("archive@example.org",)
    assert result.findings[0].explained == "copy"


def test_08_quarantined_and_released_days_later_is_no_hit() -> None:
    result = scan_lines(envelope(), history("System Quarantine"), delivery(suffix="0000", day="2022-06-11"))

    assert hits(result) == []


def test_08_never_released_is_quarantined_and_not_open() -> None:
    assert scan_lines(envelope(), history("System Quarantine")).unfinished == 0


def test_09_discard_with_an_archive_copy_is_explained_and_not_open() -> None:
    result = scan_lines(envelope(), history("Discard;Archive"), delivery("archive@example.org", suffix="0001"))

    assert hits(result) == []
    assert result.unfinished == 0


def test_10_a_dsn_to_a_sender_who_is_also_a_recipient_is_no_second_delivery() -> None:
    note = "DSN: to <b@example.com>; reason:User unknown; sessionid:" + ID
    lines = [
        envelope(2, sender="b@example.com"),
        delivery("b@example.com", sent("A1")),
        delivery("gone@example.org", "User unknown", dsn="5.1.1"),
        event(note),
        delivery("b@example.com", sent("A2"), suffix="0001"),
    ]

    assert hits(scan_lines(*lines)) == []


def test_10_a_dsn_explains_one_delivery_and_not_two() -> None:
    note = "DSN: to <b@example.com>; reason:User unknown; sessionid:" + ID
    deliveries = [delivery("b@example.com", sent(f"A{n}"), suffix=f"000{n}") for n in range(3)]

    assert hits(scan_lines(envelope(2), event(note), *deliveries)) == [(TWICE, "medium", "b@example.com")]


def test_11_an_alias_expanded_to_three_is_three_deliveries_to_three() -> None:
    lines = [
        envelope(),
        event("to=<all@example.com>, delay=00:00:00, mailer=local, pri=0, dsn=2.0.0, stat=expanded"),
        *(delivery(f"{name}@example.com", sent(name)) for name in ("x1", "x2", "x3")),
    ]

    result = scan_lines(*lines)

    assert hits(result) == []
    assert result.unfinished == 0


HOSTILE = [
    "stat=Sent reject=554",
    'stat=Sent (Ok: queued as 1)" msg="Milter: data, reject=554 5.7.1 no',
    'x" disposition="Reject" y="',
    'x" delivery_status="Delivered" y="',
    'x" session_id="25809Eex009534-25809Ef1009534',
    "' stat=Sent '",
    'to=<b@example.com>, mailer=esmtp, relay=[198.51.100.9], dsn=2.0.0, stat=Sent" msg="',
    '", msg="', ',msg="reject=554', 'date=2022-06-08 time=01:02:03 type=event msg="',
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_12_hostile_subjects_make_no_finding(words: str) -> None:
    refused = [history("Reject", subject=words), refusal(), spam("Detected by BannedWord test", subject=words)]
    accepted = [history(subject=words, id_=OTHER_ID), envelope(id_=OTHER_ID), delivery(id_=OTHER_ID)]

    result = scan_lines(*refused, *accepted)

    assert hits(result) == []
    assert result.finding_counts == {LOST: 0, REJECTED: 0, TWICE: 0}


@pytest.mark.parametrize("words", HOSTILE)
def test_12_hostile_addresses_and_file_names_make_no_finding(words: str) -> None:
    sender = f'"{words}"@example.net'
    quoted = words.replace('"', '\\"')

    result = scan_lines(
        refusal(),
        history("Reject", sender=sender),
        virus(f"The file {words}.pdf is clean. Scan result: rating=CLEAN"),
        envelope(sender=f'"{quoted}"@example.net'),
        answer(f'"{quoted}"@example.com'),
    )

    assert hits(result) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_12_and_hide_no_finding_that_the_event_lines_prove(words: str) -> None:
    result = scan_lines(refusal(), answer(), delivery(suffix="0000"), history("Reject", subject=words))

    assert hits(result) == [(REJECTED, "high", "b@example.com")]


def test_13_the_same_export_twice_and_overlapping_exports_change_no_count() -> None:
    whole = "".join(f"{line}\n" for line in story())
    tail = "".join(f"{line}\n" for line in story()[2:])
    once, twice = scan_files(whole), scan_files(whole, whole, tail)

    assert (twice.transactions, twice.messages, twice.unfinished) == (1, 1, 0)
    assert hits(twice) == hits(once)
    assert twice.by_day == once.by_day
    assert len(twice.findings[0].evidence) == len(once.findings[0].evidence)


def test_14_of_two_messages_in_one_session_the_refusal_of_one_is_not_told_for_the_other() -> None:
    result = scan_lines(refusal(), answer(), envelope(id_=OTHER_ID), delivery(id_=OTHER_ID))

    assert hits(result) == []
    assert result.transactions == 2


def test_15_two_devices_with_the_same_id_are_never_joined() -> None:
    result = scan_lines(refusal(device="FE-ONE"), answer(device="FE-ONE"), delivery(device="FE-TWO"))

    assert hits(result) == []
    assert result.transactions == 2


def test_16_an_update_of_a_history_record_is_no_second_delivery() -> None:
    first = history(more=' delivery_status="Queued"')
    update = history(subtype="update", more=' delivery_status="Delivered"', at="09:10:00.000")

    result = scan_lines(envelope(), first, delivery(), update)

    assert hits(result) == []
    assert result.unfinished == 0
    assert sum(row.messages for row in result.by_day) == 1


def test_16_an_update_replaces_the_status_before_it() -> None:
    first = history("Reject", more=' delivery_status="Delivered"')
    update = history(subtype="update", more=' delivery_status="Failed"', at="09:10:00.000")

    assert hits(scan_lines(first, update)) == []


def test_17_rejected_by_its_disposition_and_delivered_by_its_status_is_one_hit() -> None:
    result = scan_lines(history("Reject", more=' delivery_status="Delivered" delivery_fail_reason=""'))

    assert hits(result) == [(REJECTED, "high", "b@example.com")]
    assert says(result.findings[0]) == ["rejected", "delivered"]


def test_18_a_classifier_is_one_verdict_as_number_and_by_every_name_it_had() -> None:
    names = ["0x31", "FortiGuard AntiSpam-IP", "FortiGuard AntiSpam Black IP", "fortiguard antispam-ip"]
    lines = [history(classifier=name, id_=f"25809Eex00953{n}-25809Ef000953{n}") for n, name in enumerate(names)]

    result = scan_lines(*lines)

    assert [(row.day, row.verdict, row.verdict_code, row.messages) for row in result.by_day] == [
        ("2022-06-08", "FortiGuard AntiSpam-IP", "0x31", 4)
    ]


def test_18_the_disposition_0x200_is_deferred_and_other_bits_are_not_judged() -> None:
    deferred, unknown = read(history("0x200")), read(history("0x210"))

    assert (deferred.told, deferred.done, deferred.dispositions) == ("deferred", "none", ("Delay",))
    assert unknown.dispositions == ("0x10", "Delay")
    result = scan_lines(history("0x10"), envelope(), delivery())
    assert [count for count, why in reasons(result, REJECTED) if "a bit whose meaning is not known" in why] == [1]


def test_19_in_proxy_mode_the_back_ends_answer_is_what_was_told() -> None:
    words = "delay=0.1, scan_delay=0.1, data_delay=0.1, from_ip=192.0.2.66, to_ip=198.51.100.9, mailer=proxy"

    accepted = read(event(f"to=<b@example.com>, {words}, stat=250 2.0.0 Ok: queued as A1"))
    refused = read(event(f"to=<b@example.com>, {words}, stat=550 5.1.1 User unknown"))

    assert (accepted.told, accepted.done, accepted.words) == ("accepted", "delivered", "A1 198.51.100.9")
    assert (refused.told, refused.told_scope, refused.done) == ("refused", "recipient", "none")


@pytest.mark.parametrize(
    "id_", ["xx999999999999-99xxxxxx009534", "12345", "168GjLEk027992-16027992", "ZZZZZZZZ000001-ZZZZZZZZ000001"]
)
def test_20_an_id_of_any_form_and_with_any_clock_is_kept_as_it_is(id_: str) -> None:
    result = scan_lines(refusal(id_=id_), answer(id_=id_), delivery(id_=id_))

    assert [finding.transaction for finding in result.findings] == [id_]


def test_the_story_is_found_whatever_separates_its_keys() -> None:
    lines = [commas(line) for line in story()]

    assert hits(scan_lines(*lines)) == [(REJECTED, "high", "b@example.com")]
    assert hits(scan_lines(*story(), *lines)) == [(REJECTED, "high", "b@example.com")]
    assert len(scan_lines(*story(), *lines).findings[0].evidence) == 6


def commas(line: str) -> str:
    """The comma form of a line of ours: separators only, not what stands inside quotes."""
    parts = line.split('"')
    return "<190>" + '"'.join(
        part if n % 2 else part.replace("  ", ", ", 1).replace(" ", ",").replace(",,", ", ")
        for n, part in enumerate(parts)
    )


def test_the_same_refusal_text_under_another_code_is_still_the_sessions_answer() -> None:
    assert REFUSED.endswith(ANSWER)
    assert header("1", "event").startswith("date=")
    assert hits(scan_lines(refusal(), answer(stat=f"5.7.1 {ANSWER}"), delivery(suffix="0000"))) == [
        (REJECTED, "high", "b@example.com")
    ]
