"""Two occurrences of one error have one form; another error has another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.asked.error_text import HOLE, LINES_READ, MOST, error_texts, form_of, is_the_same, likeness

REFUSED = "554 5.7.1 This email from IP 10.0.0.2 has been rejected. The email message was detected as spam."
AGAIN = "554 5.7.1 This email from IP 2001:db8::17 has been rejected. The email message was detected as spam."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (REFUSED, AGAIN),
        ("to=<fuga@piteki2.com>, delay=00:00:00, stat=User unknown", "to=<a@b.jp>, delay=1, stat=User unknown"),
        ("Jun  8 09:09:14 mx1 smtpd[4711]: lost after DATA", "2022-06-08T09:09:14Z mx22 smtpd[9]: lost after DATA"),
        ("session 25809Eex009534-25809Ef0009534 was torn down early", "session 1ab-2cd was torn down early"),
        ("cannot resolve mail.example.jp in time", "cannot resolve mx.example.co.jp in time"),
        ("ディスク使用率が95%を超えました", "ディスク使用率が7%を超えました"),
        ("fetch of https://a.example/x?y=1 failed quietly", "fetch of http://b.example failed quietly"),
        ("Error  0x31\tin the classifier", "ERROR 0xff in the classifier"),
    ],
)  # fmt: skip
def test_two_occurrences_of_one_error_meet(one: str, other: str) -> None:
    assert form_of(one) == form_of(other) != ""
    assert is_the_same(error_texts(one), other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lost connection after DATA from mx1", "lost connection after RCPT from mx1"),
        ("ディスク使用率が95%を超えました", "メモリ使用率が95%を超えました"),
        ("disk is 95% full, cannot write the queue", "disk is 95% full, cannot read the queue"),
    ],
)
def test_another_error_has_another_form(one: str, other: str) -> None:
    assert form_of(one) != form_of(other)
    assert not is_the_same(error_texts(one), other)


def test_the_message_alone_meets_the_whole_line_of_a_log_and_the_other_way_round() -> None:
    line = f"Jun  8 09:09:14 mx1 sendmail[123]: Milter: data, reject={AGAIN}"
    assert [likeness(error_texts(one), other)[0] for one, other in ((REFUSED, line), (line, REFUSED))] == [
        "error_text", "error_text",
    ]  # fmt: skip


def test_the_same_words_among_others_are_no_same_error_text() -> None:
    said = "They told us: 550 5.7.1 has been rejected. The email message was detected as spam. We disagree."
    assert likeness(error_texts(REFUSED), said) == (
        "error_words", "HAS BEEN REJECTED. THE EMAIL MESSAGE WAS DETECTED AS SPAM",
    )  # fmt: skip


def test_a_part_of_a_line_is_not_the_line() -> None:
    assert not is_the_same(error_texts("The email message was detected as spam."), REFUSED)


def test_what_stands_in_any_text_is_not_looked_for() -> None:
    assert error_texts("error 42\n10.0.0.2\n\nfailed: 7\nエラー9") == ()


def test_the_lines_that_say_most_are_looked_for() -> None:
    lines = [f"this is a line of {'many ' * number}words" for number in range(MOST + 3)]
    assert [one.words.count("MANY") for one in error_texts("\n".join(lines))] == [7, 6, 5, 4, 3]


def test_marks_of_a_pattern_stand_for_themselves() -> None:
    (one,) = error_texts(r"quota_exceeded by \\server\share one hundred percent %")
    assert r"QUOTA\_EXCEEDED%BY%\\\\SERVER\\SHARE" in one.pattern


@given(st.text(max_size=300))
def test_any_text_has_a_form_that_is_its_own(text: str) -> None:
    form = form_of(text)
    assert form.strip(f" {HOLE}") == form
    assert all(one.words for one in error_texts(text))
    likeness(error_texts(text), text)


@given(
    st.lists(st.sampled_from(["lost", "connection", "after", "拒否された", "DATA", ",", "=", "("]), min_size=6),
    st.integers(0, 10**9),
)
def test_a_number_in_any_place_changes_nothing(words: list[str], number: int) -> None:
    for place in range(len(words)):
        one, other = ([*words[:place], str(n), *words[place:]] for n in (1, number))
        assert form_of(" ".join(one)) == form_of(" ".join(other))


def test_a_pasted_log_is_read_to_a_bound() -> None:
    text = "\n" * LINES_READ + REFUSED
    assert error_texts(text) == ()
