"""What must hold for any log: counts depend neither on the order of lines nor on how often they were exported."""

import random
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.engine.result import ScanResult
from tests.engine.gateway import (
    answer,
    delivery,
    envelope,
    event,
    history,
    rcpt,
    refusal,
    scan_files,
    sent,
    spam,
    virus,
)

IDS = st.sampled_from(["25809Eex000001-25809Ef0000001", "25809Eex000001-25809Ef1000001", "12345"])
TO = st.sampled_from(["a@example.com", "b@example.com", "c@example.org"])
WHERE = st.fixed_dictionaries(
    {
        "id_": IDS,
        "at": st.sampled_from(["09:09:14.100", "09:09:15", "23:59:59.999"]),
        "day": st.sampled_from(["2022-06-08", "2022-06-09"]),
        "device": st.sampled_from(["FE-ONE", "FE-TWO", None]),
    }
)
SUFFIX = st.sampled_from(["", "0000", "0001"])
REPLIES = st.sampled_from(["554 5.7.1 No", "451 4.7.1 Later", "554 5.7.1 Spam"])
STATS = st.sampled_from([sent("A1"), sent("A2"), "Sent", "Deferred: later", "User unknown", "queued"])
DISPOSITIONS = st.sampled_from(
    ["Accept", "Reject", "Reject;Notification", "System Quarantine", "0x200", "0x40", "Discard"]
)
STATUS = st.sampled_from(["", ' delivery_status="Delivered"', ' delivery_status="Failed"', ' delivery_status="Queued"'])


def _delivery(draw: Any, where: dict[str, Any]) -> str:
    return delivery(draw(TO), draw(STATS), **(where | {"id_": where["id_"] + draw(SUFFIX)}))


def _history(draw: Any, where: dict[str, Any]) -> str:
    subtype = draw(st.sampled_from(["", "update"]))
    return history(draw(DISPOSITIONS), to=draw(TO), more=draw(STATUS), subtype=subtype, **where)


KINDS: list[Callable[[Any, dict[str, Any]], str]] = [
    _delivery,
    _history,
    lambda draw, where: refusal(draw(REPLIES), **where),
    lambda draw, where: answer(draw(TO), draw(REPLIES)[10:], **where),
    lambda draw, where: rcpt(draw(TO), draw(REPLIES), **where),
    lambda draw, where: envelope(draw(st.integers(1, 3)), **where),
    lambda draw, where: spam("FortiGuard-AntiSpam identified spam URL: http://example.com", to=draw(TO), **where),
    lambda draw, where: virus("The file a is infected with EICAR.", to=draw(TO), **where),
    lambda draw, where: event(f"DSN: to <{draw(TO)}>; reason:x; sessionid:1", **where),
]


def line(draw: Any) -> str:
    """A line of any kind."""
    return draw(st.sampled_from(KINDS))(draw, draw(WHERE))  # type: ignore[no-any-return]


LOGS = st.lists(st.composite(line)(), min_size=1, max_size=25)


def counts(result: ScanResult) -> object:
    """Everything a result says but where the lines stand."""
    findings = [
        (
            finding.rule,
            finding.severity,
            finding.device,
            finding.transaction,
            finding.recipient,
            finding.explained,
            finding.copies,
            finding.children,
            finding.first_time,
            sorted((one.says, one.text, one.time) for one in finding.evidence),
        )
        for finding in result.findings
    ]
    return (
        findings,
        result.transactions,
        result.messages,
        result.unfinished,
        result.finding_counts,
        result.severity_counts,
        result.judged,
        result.by_day,
        result.not_judged,
    )


def text(lines: list[str]) -> str:
    return "".join(f"{one}\n" for one in lines)


@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_answer(lines: list[str], chance: random.Random) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)

    assert counts(scan_files(text(shuffled))) == counts(scan_files(text(lines)))


@given(LOGS, st.randoms(use_true_random=False))
def test_lines_that_stand_several_times_change_no_answer(lines: list[str], chance: random.Random) -> None:
    doubled = lines + chance.choices(lines, k=len(lines))
    chance.shuffle(doubled)

    assert counts(scan_files(text(doubled))) == counts(scan_files(text(lines)))


@given(LOGS, st.integers(0, 25), st.integers(0, 25), st.booleans())
def test_overlapping_exports_of_named_devices_change_no_answer(
    lines: list[str], first: int, second: int, swap: bool
) -> None:
    start, end = sorted((first, second))
    exports = [text(lines[:end]), text(lines[start:])]
    if swap:
        exports.reverse()

    parts = scan_files(*exports, devices=("FE-ONE", "FE-ONE"))

    assert counts(parts) == counts(scan_files(text(lines), devices=("FE-ONE",)))


@given(LOGS, st.integers(0, 10_000))
def test_a_log_cut_anywhere_is_answered_and_its_lines_add_up(lines: list[str], cut: int) -> None:
    raw = text(lines).encode()

    result = scan_files(raw[: cut % (len(raw) + 1)])

    assert result.lines == result.read_lines + result.unread_lines
    assert result.messages <= result.transactions
    assert result.unfinished <= result.messages


@given(st.binary(max_size=2000))
def test_any_bytes_are_answered_and_never_read_as_clean(raw: bytes) -> None:
    result = scan_files(raw)

    assert result.not_judged
    if not result.read_lines:
        assert result.finding_counts == {}


@given(LOGS, st.binary(max_size=300), st.integers(0, 10_000))
def test_garbage_anywhere_takes_no_whole_line_away(lines: list[str], garbage: bytes, place: int) -> None:
    at = place % (len(lines) + 1)
    garbage = garbage.replace(b"\x1b", b"")
    raw = text(lines[:at]).encode() + b"#" + garbage + b"\n" + text(lines[at:]).encode()

    result = scan_files(raw)

    assert result.read_lines >= len(lines)
