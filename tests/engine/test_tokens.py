"""Lines cut into keys: both separators, both quotes, headers that a relay ate or added, and hostile values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.engine.event import Unread
from ingest.engine.formats import make_format
from ingest.engine.fortimail.tokens import Tokeniser
from tests.engine.gateway import envelope, event, history, read, scan_lines, spam


def fields(line: str) -> dict[str, str]:
    return read(line).fields


@pytest.mark.parametrize(
    "head",
    [
        "date=2022-06-08 time=09:09:14 ",
        "<190>date=2022-06-08 time=09:09:14 ",
        "2022-06-08T09:09:14.966330-03:00 192.0.2.1 date=2022-06-08 time=09:09:14 ",
        "Jun  8 09:09:14 mail.example.com date=2022-06-08 time=09:09:14 ",
        "2022-06-08 09:09:14 ",
        '<190>timestamp=1654679354 devname="FE" devid="FE" vd="root" itime=1 date="2022-06-08" time=09:09:14 ',
    ],
)
def test_what_stands_before_the_record_changes_nothing(head: str) -> None:
    line = (
        head
        + 'log_id=0200000001 type=statistics pri=information session_id="1" to="b@example.com" disposition="Accept"'
    )
    plain = line.removeprefix(head)

    event, bare = read(line), read("date=2022-06-08 time=09:09:14 " + plain)

    assert (event.stamp, event.told, event.recipients) == (bare.stamp, "accepted", ("b@example.com",))
    assert event.digest == bare.digest


def test_a_line_whose_date_was_eaten_has_no_time_but_its_fields() -> None:
    event = read('time=09:09:14.100 device_id=FE log_id=0200000001 type=statistics session_id="1" disposition="Delay"')

    assert event.stamp is None
    assert event.fields["time"] == "09:09:14.100"
    assert event.told == "deferred"


def test_odd_quoting_is_read_as_it_was_meant() -> None:
    line = (
        "time=11:37:27 log_id=0200017947 type=statistics pri=information,,session_id='123' client_name=\"[192.0.2.1]\""
        "dst_ip=\"192.0.2.2\" ui=GUI(192.0.2.3) detail='Content' subject=confidential subject "
    )

    shown = fields(line)

    assert shown["session_id"] == "123"
    assert (shown["client_name"], shown["dst_ip"]) == ("[192.0.2.1]", "192.0.2.2")
    assert (shown["ui"], shown["detail"], shown["subject"]) == ("GUI(192.0.2.3)", "Content", "confidential subject")


def test_a_quote_inside_a_value_does_not_end_it() -> None:
    assert fields(history(subject='he said "yes" to it'))["subject"] == 'he said "yes" to it'
    assert read(spam('identified "x" as spam', subject='a "b" c')).message == 'identified "x" as spam'


def test_a_key_that_stands_twice_is_not_used_and_said_so() -> None:
    event = read(history(subject='x" disposition="Reject" detail="'))

    assert (event.told, event.done) == ("unknown", "unknown")
    assert event.warning
    assert "disposition" in event.warning


def test_what_a_collector_adds_makes_no_other_event() -> None:
    line = history()
    added = line.replace(" log_id=", " eventtime=1654679354 tz=+0900 log_id=")

    assert read(line).digest == read(added).digest
    assert read(added).zone == "+0900"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hello", "no FortiMail record"),
        ("date=2022-06-08 time=09:09:14 logid=1 devid=FGT type=traffic subtype=forward", "none of FortiMail's"),
        ("to=<b@example.com>, delay=00:00:06, mailer=esmtp, dsn=2.0.0, stat=Sent (Ok)", "no FortiMail record"),
        ("date=2022-06-08 time=09:09:14 device_id=FE log_", "no type="),
        ("date=2022-06-08 time=09:09:14 type=event subtype=system", "neither log_id= nor session_id="),
        ("date=2022-06-08 time=1\rdate=2022-06-08 log_id=0003 type=event", "CR instead of LF"),
    ],
)
def test_what_cannot_be_read_says_why(line: str, reason: str) -> None:
    answer = make_format("fortimail").read(line)

    assert isinstance(answer, Unread)
    assert reason in answer.reason


@pytest.mark.parametrize("lost", [0, 1, 20, 60], ids=["no line end", "no last quote", "cut", "cut further inside"])
@pytest.mark.parametrize("comma", [False, True], ids=["blanks", "commas"])
@pytest.mark.parametrize("head", ["", "<190>", "2022-06-08T00:09:15Z 192.0.2.1 "])
def test_a_second_record_on_a_line_is_not_swallowed_by_the_first(lost: int, comma: bool, head: str) -> None:
    first = event("Milter: data, reject=554 5.7.1 No thanks to you and yours, and no to mine")
    second = history().replace(" ", ",") if comma else history()
    line = first[: len(first) - lost] + head + second

    assert make_format("fortimail").read(line) == Unread("several records on one line")
    assert scan_lines(line, history()).files[0].unread_lines == 1


@pytest.mark.parametrize("eaten", ["date=2022-06-08 ", "date=2022-06-08 time=09:09:14.100 device_id=FE-TEST-0001 "])
def test_a_second_record_that_lost_the_beginning_of_its_header_is_seen_too(eaten: str) -> None:
    second = history()
    assert second.startswith(eaten)

    assert isinstance(make_format("fortimail").read(event("x") + second.removeprefix(eaten)), Unread)


def test_a_piece_of_a_header_in_front_of_a_record_takes_nothing_from_it() -> None:
    assert read(history()[:20] + history("Reject")).told == "refused"


def test_words_of_a_header_in_a_text_make_no_second_record() -> None:
    assert read(history(subject="date=2022-06-08 time=09:09:14 log_id=soon")).told == "accepted"
    assert read(f"device_id=FE-1 {history(device=None)}").told == "accepted"
    assert read(history(subject="log_id=1 " * 4000)).kind


def test_the_type_wins_over_the_log_id_and_the_log_id_stands_in_for_a_lost_type() -> None:
    assert read('date=2022-06-08 time=09:09:14 log_id=0400003064 type=virus msg="x"').type == "virus"
    assert read('date=2022-06-08 time=09:09:14 log_id=0400003064 pri=information msg="x"').type == "encrypt"


WORDS = st.sampled_from(
    [
        '"',
        "'",
        " ",
        ",",
        "=",
        'msg="',
        ' disposition="Reject"',
        "stat=Sent",
        "a",
        "subject=",
        " x=",
        '" y="',
        "\\",
        "件",
        "\r",
        "\0",
    ]
)
VALUES = st.lists(WORDS, max_size=8).map("".join)


@given(st.lists(st.tuples(VALUES, VALUES, st.booleans()), min_size=1, max_size=6))
def test_remembered_shapes_give_the_answer_of_cutting_key_by_key(values: list[tuple[str, str, bool]]) -> None:
    remembers = Tokeniser()
    for line in (history(), spam("x"), envelope(), history(more=' delivery_status="Queued"')):
        remembers(line)
    for subject, message, is_spam in values:
        line = spam(message, subject=subject) if is_spam else history(subject=subject, sender=message)
        assert remembers(line) == Tokeniser()(line)


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    make_format("fortimail").read(text)
    make_format("fortimail").read(f'date=2022-06-08 time=09:09:14 log_id=0003000001 type=event msg="{text}"')
    make_format("fortimail").spans(text)
