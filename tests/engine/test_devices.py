"""Which lines belong together: by device and id, within one source and across sources, each event once."""

from tests.engine.gateway import (
    answer,
    delivery,
    envelope,
    history,
    hits,
    reasons,
    refusal,
    scan_files,
    scan_lines,
    sent,
    spam,
)

REJECTED = ("rejected-and-delivered", "high", "b@example.com")


def log(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_lines_of_one_device_are_joined_across_files() -> None:
    assert hits(scan_files(log(refusal(), answer()), log(delivery(suffix="0000")))) == [REJECTED]


def test_a_line_without_device_takes_the_one_given_with_its_file() -> None:
    told, done = log(refusal(device=None), answer(device=None)), log(delivery(suffix="0000", device=None))

    assert hits(scan_files(told, done, devices=("FE-ONE", "FE-ONE"))) == [REJECTED]
    assert hits(scan_files(told, done, devices=("FE-ONE", "FE-TWO"))) == []


def test_the_device_in_the_line_wins_over_the_one_given() -> None:
    told, done = log(refusal(device="FE-ONE")), log(delivery(device="FE-ONE"))

    assert hits(scan_files(told, done, devices=("FE-TWO", "FE-THREE"))) == [REJECTED]


def test_within_one_file_unknown_equals_unknown() -> None:
    assert hits(scan_lines(refusal(device=None), delivery(device=None))) == [REJECTED]


def test_across_files_unknown_never_equals_unknown_and_that_is_said() -> None:
    result = scan_files(log(refusal(device=None)), log(delivery(device=None)))

    assert hits(result) == []
    assert result.transactions == 2
    [(count, reason)] = [row for row in reasons(result, "rejected-and-delivered") if "not joined" in row[1]]
    assert count == 1
    assert "name the device" in reason


def test_a_device_named_in_one_file_only_is_not_taken_to_be_that_of_the_other() -> None:
    assert hits(scan_files(log(refusal()), log(delivery(device=None)))) == []


def test_doubled_syslog_counts_once_whatever_was_put_in_front() -> None:
    lines = [envelope(), delivery(stat="Sent"), history()]
    doubled = [f"<190>{line}" for line in lines] + [f"2022-06-08T00:09:14Z 192.0.2.1 {line}" for line in lines]

    result = scan_lines(*lines, *doubled)

    assert hits(result) == []
    assert [row.messages for row in result.by_day] == [1]


def test_the_same_device_named_by_the_line_and_by_the_upload_is_one() -> None:
    with_device, without = log(history(), delivery()), log(history(device=None), delivery(device=None))

    result = scan_files(with_device, without, devices=(None, "FE-TEST-0001"))

    assert (result.transactions, hits(result)) == (1, [])
    assert [row.messages for row in result.by_day] == [1]


def test_equal_lines_at_different_times_are_two_events() -> None:
    result = scan_lines(delivery(stat="Sent", at="09:09:14.000"), delivery(stat="Sent", at="09:10:14.000"))

    assert hits(result) == [("delivered-twice", "low", "b@example.com")]


def test_two_receipts_are_two_deliveries_and_equal_receipts_are_one() -> None:
    twice = scan_lines(delivery(stat=sent("A1")), delivery(stat=sent("A2"), at="09:10:00.000"))
    once = scan_lines(delivery(stat=sent("A1")), delivery(stat=sent("A1"), at="09:10:00.000"))

    assert hits(twice) == [("delivered-twice", "medium", "b@example.com")]
    assert hits(once) == []


def test_the_same_queue_id_at_two_relays_is_two_receipts() -> None:
    result = scan_lines(delivery(stat=sent("A1")), delivery(stat=sent("A1"), relay="other.example.com. [198.51.100.8]"))

    assert hits(result) == [("delivered-twice", "medium", "b@example.com")]


def test_exchange_receipts_are_told_apart_by_their_internal_id() -> None:
    reply = "Sent (<1@example.net> [InternalId={}, Hostname=mx] 12426 bytes in 0.{} Queued mail for delivery)"
    same = scan_lines(delivery(stat=reply.format(7, 118)), delivery(stat=reply.format(7, 119), at="09:10:00.000"))
    other = scan_lines(delivery(stat=reply.format(7, 118)), delivery(stat=reply.format(8, 118)))

    assert hits(same) == []
    assert hits(other) == [("delivered-twice", "medium", "b@example.com")]


def test_a_receipt_that_is_one_of_the_units_own_message_ids_was_handed_to_itself() -> None:
    own = "25809Eex000001-25809Eg0000001"
    handed = delivery(stat="Sent (25809Eg0000001 Message accepted for delivery)", suffix="0000")

    assert hits(scan_lines(refusal(), answer(), handed)) == [REJECTED]
    assert hits(scan_lines(refusal(), answer(), handed, envelope(id_=own))) == []


def test_a_receipt_with_the_messages_own_id_proves_no_handover() -> None:
    own = delivery(stat="Sent (25809Ef0009534 Message accepted for delivery)", suffix="0000")

    assert hits(scan_lines(refusal(), answer(), own)) == [REJECTED]


def test_a_notification_explains_one_delivery_of_two() -> None:
    lines = [history("Accept;Notification"), delivery(stat=sent("A1")), delivery(stat=sent("A2"), suffix="0001")]

    assert hits(scan_lines(*lines)) == [("delivered-twice", "info", "b@example.com")]
    assert hits(scan_lines(*lines, delivery(stat=sent("A3"), suffix="0002"))) == [
        ("delivered-twice", "medium", "b@example.com")
    ]


def test_a_recipient_seen_only_under_a_suffix_is_an_original_where_no_other_is_known() -> None:
    assert hits(scan_lines(refusal(), delivery(suffix="0000"))) == [REJECTED]


def test_addresses_compare_without_case_and_brackets() -> None:
    result = scan_lines(history("Reject", to="B@Example.COM"), spam("x"), delivery("b@EXAMPLE.com", suffix="0000"))

    assert hits(result) == [REJECTED]
