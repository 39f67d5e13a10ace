"""To which case a message belongs: by token, by References, by In-Reply-To, never by guess."""

import itertools
import random
from typing import Any

import pytest

from tickets.mail.thread import Decision, Known, Letter, decide, settle

A, B = 1, 2
KIM, LEE, ALICE, EVE = "kim@vendor.example", "lee@reseller.example", "alice@example.jp", "eve@elsewhere.example"


def known() -> Known:
    """Return two cases: Kim writes in the first, Lee in the second, Alice in both."""
    return Known({"ta": A, "tb": B}, {"a1@x": {A}, "b1@x": {B}, "both@x": {A, B}}, {A: {KIM, ALICE}, B: {LEE, ALICE}})


def letter(key: int = 0, **more: Any) -> Letter:
    """Return a letter of Alice's that names no case."""
    values = {"message_id": f"{key}@new", "senders": (ALICE,), "tokens": (), "references": (), "in_reply_to": ()}
    return Letter(key=key, **(values | more))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tokens": ("ta",)}, Decision(A, "token")),
        ({"tokens": ("ta",), "references": ("b1@x",)}, Decision(A, "token")),
        ({"tokens": ("ta", "ta")}, Decision(A, "token")),
        ({"tokens": ("unknown", "tb")}, Decision(B, "token")),
        ({"tokens": ("ta", "tb")}, Decision(None, reason="several-tokens")),
        ({"tokens": ("unknown",), "references": ("a1@x",)}, Decision(A, "references")),
        ({"references": ("none@x", "a1@x")}, Decision(A, "references")),
        ({"references": ("a1@x", "b1@x")}, Decision(None, reason="several-cases")),
        ({"references": ("both@x",)}, Decision(None, reason="several-cases")),
        ({"in_reply_to": ("b1@x",)}, Decision(B, "in_reply_to")),
        ({"references": ("a1@x",), "in_reply_to": ("b1@x",)}, Decision(None, reason="several-cases")),
        ({"references": ("none@x",), "in_reply_to": ("a1@x",)}, Decision(A, "in_reply_to")),
        ({"message_id": "a1@x", "references": ("a1@x",)}, Decision(None, reason="no-thread")),
        ({}, Decision(None, reason="no-thread")),
        ({"tokens": ("ta",), "senders": (EVE,)}, Decision(None, "token", "sender-not-of-the-case", A)),
        ({"tokens": ("ta",), "senders": (LEE,)}, Decision(None, "token", "sender-not-of-the-case", A)),
        ({"references": ("b1@x",), "senders": (KIM,)}, Decision(None, "references", "sender-not-of-the-case", B)),
        ({"tokens": ("ta",), "senders": ()}, Decision(None, "token", "no-sender", A)),
        ({"tokens": ("ta",), "senders": (ALICE, EVE)}, Decision(None, "token", "several-senders", A)),
    ],
)
def test_what_decides(fields: dict[str, Any], expected: Decision) -> None:
    assert decide(letter(**fields), known()) == expected


def chain(length: int) -> list[Letter]:
    """Return a thread: its first letter bears the token, each later one answers the one before."""
    first = letter(0, tokens=("ta",))
    return [first, *(letter(key, references=(f"{key - 1}@new",)) for key in range(1, length))]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_an_archive_decides_nothing(order: tuple[int, ...]) -> None:
    letters = chain(4)
    decisions = settle([letters[place] for place in order], known())
    assert {key: decision.case for key, decision in decisions.items()} == dict.fromkeys(range(4), A)


def test_a_long_thread_from_its_end() -> None:
    decisions = settle(chain(5000)[::-1], known())
    assert {decision.case for decision in decisions.values()} == {A}


def test_an_answer_to_two_threads_waits_whichever_is_decided_first() -> None:
    letters = [
        letter(0, references=("1@new", "2@new")), letter(1, references=("a1@x",)), letter(2, references=("b1@x",)),
    ]  # fmt: skip
    for order in itertools.permutations(letters):
        assert settle(order, known())[0] == Decision(None, reason="several-cases")


def test_a_circle_is_decided_by_what_leads_out_of_it() -> None:
    letters = [
        letter(0, references=("1@new",)),
        letter(1, references=("0@new", "a1@x")),
        letter(2, in_reply_to=("0@new",)),
    ]
    for order in itertools.permutations(letters):
        assert {decision.case for decision in settle(order, known()).values()} == {A}
    alone = [letter(0, references=("1@new",)), letter(1, references=("0@new",))]
    assert {decision.reason for decision in settle(alone, known()).values()} == {"no-thread"}


def test_an_id_that_two_messages_bear_is_answered_where_both_stand() -> None:
    twins = [letter(0, message_id="twin@x", tokens=("ta",)), letter(1, message_id="twin@x", tokens=("tb",))]
    assert settle([*twins, letter(2, references=("twin@x",))], known())[2].reason == "several-cases"


def test_a_stranger_in_a_thread_takes_no_answer_along() -> None:
    stranger = letter(0, senders=(EVE,), references=("a1@x",))
    decisions = settle([letter(1, references=("0@new",)), stranger], known())
    assert (decisions[0].case, decisions[1]) == (None, Decision(None, reason="no-thread"))


def test_many_threads_in_any_order_end_the_same() -> None:
    source = random.Random(5)
    letters = [
        letter(key, references=tuple(f"{source.randrange(key)}@new" for _ in range(source.randrange(3))) if key else ())
        for key in range(300)
    ]  # fmt: skip
    letters[0] = letter(0, tokens=("ta",))
    letters[1] = letter(1, tokens=("tb",))
    expected = settle(letters, known())
    assert {decision.case for decision in expected.values()} == {None, A, B}
    for _ in range(20):
        source.shuffle(letters)
        assert settle(letters, known()) == expected
