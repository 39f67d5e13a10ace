"""The compiled engine against the plain one: the same answer, whatever the log."""

import gzip
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.mail_log import Messages, lines_of
from ingest.engine.fast import compiled
from ingest.engine.fast import intake as fast_intake
from ingest.engine.fast import store as fast_store
from ingest.engine.fast.engine import read_fast
from ingest.engine.report import to_json
from ingest.engine.result import Options
from ingest.engine.scan import scan
from ingest.engine.source import Limits, Source
from tests.engine import gateway as g

Answer = dict[str, Any]


@pytest.fixture(autouse=True)
def few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from few lines, so that the rest goes the compiled way in small logs too."""
    monkeypatch.setattr(fast_intake, "FIRST_LINES", 8)


def sources_of(tmp_path: Path, *logs: bytes, **facts: Any) -> list[Source]:
    """Logs as sources."""
    found = []
    for number, log in enumerate(logs):
        path = tmp_path / f"{number}.log"
        path.write_bytes(log)
        found.append(Source(path, f"{number}.log", **facts))
    return found


def both(sources: list[Source], **options: Any) -> tuple[Answer, Answer]:
    """The answers of the compiled and of the plain engine."""
    fast, plain = (to_json(scan(sources, Options(fast_from=start, **options)), 0.0) for start in (0, None))
    return fast, plain


def agree(sources: list[Source], **options: Any) -> Answer:
    """Compare the two engines' answers part by part, and return it."""
    fast, plain = both(sources, **options)
    for part, expected in plain.items():
        assert fast[part] == expected, part
    assert fast.keys() == plain.keys()
    return fast


def made(lines: int, seed: int = 7, days: float = 20) -> list[str]:
    """Lines of a log made to order."""
    return list(lines_of(Messages(lines, days, seed), lines))


def raw(lines: list[str]) -> bytes:
    """Lines as a log."""
    return "".join(f"{line}\n" for line in lines).encode()


def test_a_large_log_is_read_the_compiled_way_and_the_answer_is_the_truth(tmp_path: Path) -> None:
    messages = Messages(20_000, 20)
    log = raw(list(lines_of(messages, 20_000)))
    sources = sources_of(tmp_path, log)
    engine = read_fast(sources, Options(), None)
    assert engine is not None
    assert engine.lines == messages.truth["lines"]
    answer = agree(sources)
    assert answer["transactions"] == messages.truth["transactions"]
    for rule in ("rejected-and-delivered", "delivered-twice"):
        assert answer["finding_counts"][rule] == messages.truth[rule] > 0


def test_most_lines_do_not_go_the_plain_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = fast_intake.FastIntake._read_line

    def noted(self: Any, line: Any, tally: Any) -> Any:
        read.append(line.text)
        return plain(self, line, tally)

    monkeypatch.setattr(fast_intake.FastIntake, "_read_line", noted)
    scan(sources_of(tmp_path, raw(made(20_000))), Options(fast_from=0))
    assert len(read) < 800


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda log: log[:-1], id="no feed at the end"),
        pytest.param(lambda log: log.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda log: b"\xef\xbb\xbf" + log, id="a mark of UTF-8 in front"),
        pytest.param(lambda log: log[: len(log) // 2], id="cut off"),
        pytest.param(lambda log: log.replace("会議室".encode(), "会議室".encode("cp932")), id="CP932 in between"),
        pytest.param(lambda log: log.replace("会議室".encode(), "会議室".encode("euc_jp")), id="EUC-JP in between"),
        pytest.param(lambda log: log.replace("会議室".encode(), b"\xe4\xbc"), id="characters cut in two"),
        pytest.param(lambda log: log.replace("会議室".encode(), b"\xed\xa0\x80"), id="half a surrogate"),
        pytest.param(lambda log: log.replace("会議室".encode(), "\u3000\u2028\x85".encode()), id="strange blanks"),
        pytest.param(lambda log: log.replace(b"invoice", b"in\0voice"), id="NUL"),
        pytest.param(lambda log: log.replace(b"invoice", b"in\x1bvoice"), id="escape"),
        pytest.param(lambda log: log.replace(b"invoice", b"in\rvoice"), id="CR inside"),
        pytest.param(lambda log: log.replace(b"invoice", b'in"voice'), id="a quote inside"),
        pytest.param(lambda log: log.replace(b"\n", b"\n\n  \n"), id="empty lines"),
        pytest.param(lambda log: log.replace(b"\n", b"", 9), id="lines joined"),
        pytest.param(lambda log: log + log, id="twice"),
        pytest.param(lambda log: b"garbage\n" * 300 + log, id="garbage in front"),
        pytest.param(lambda log: log + b"garbage\xff\n" * 30, id="garbage behind"),
        pytest.param(lambda log: log.replace(b" ", b","), id="commas"),
        pytest.param(lambda log: log.replace(b"device_id=FE100C3909600504 ", b""), id="no device"),
        pytest.param(lambda log: log.replace(b"date=20", b"<189>date=20"), id="a priority in front"),
        pytest.param(lambda log: log.replace(b" type=", b' tz="+0900" type='), id="a zone"),
        pytest.param(lambda log: log.replace(b"date=2022-01", b"date=2022-13"), id="no such month"),
        pytest.param(lambda log: log.replace(b":00.", b":60."), id="leap seconds"),
        pytest.param(lambda log: log.replace(b'"Accept"', b'"Accept;Beside"'), id="a word that nobody knows"),
        pytest.param(lambda log: log.replace(b"Not Spam", b"0x31"), id="hexadecimal"),
        pytest.param(lambda log: log.replace(b"session_id=", b"session="), id="no session"),
        pytest.param(lambda log: log.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: b"\n\n", id="feeds only"),
    ],
)
def test_damage_changes_nothing(tmp_path: Path, damage: Any) -> None:
    agree(sources_of(tmp_path, damage(raw(made(1_200)))))


def test_long_lines_are_passed_over_alike(tmp_path: Path) -> None:
    lines = made(600)
    for place, size in ((5, 3000), (200, 900), (201, 70_000), (599, 5000)):
        lines[place] = lines[place][:-1] + "x" * size + '"'
    answer = agree(sources_of(tmp_path, raw(lines)), limits=Limits(line_bytes=1000))
    assert answer["files"][0]["unread_lines"] > 0


def test_packed_logs_and_broken_packings(tmp_path: Path) -> None:
    log = raw(made(3_000))
    for packed in (
        gzip.compress(log),
        zstandard.compress(log),
        gzip.compress(log)[:-2000],
        gzip.compress(log) + b"junk",
    ):
        agree(sources_of(tmp_path, packed))


def test_several_files_of_one_device_of_two_and_of_none(tmp_path: Path) -> None:
    lines = made(1_500)
    halves = raw(lines[:900]), raw(lines[700:])
    unnamed = tuple(half.replace(b"device_id=FE100C3909600504 ", b"") for half in halves)
    agree(sources_of(tmp_path, *halves))
    agree(sources_of(tmp_path, *unnamed))
    agree(sources_of(tmp_path, *unnamed, device="FE-ONE"))
    agree(sources_of(tmp_path, halves[0], unnamed[1]))
    agree(sources_of(tmp_path, *halves, firmware="7.0.2", zone="Asia/Tokyo"))
    two = [Source(one.path, one.label, firmware=f"7.0.{n}") for n, one in enumerate(sources_of(tmp_path, *halves))]
    agree(two)


def test_rows_on_disk_are_the_rows_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_store, "MOST_HELD", 1_000)
    agree(sources_of(tmp_path, raw(made(5_000))))


# ---- every kind of line, in any order, with what senders may write --------------------------------------------------

ADDRESSES = ("b@example.com", "B@Example.com", "c@example.com", '"x, stat=Sent"@example.com', "ü@example.com", "")
STATS = (
    *("Sent (Ok: queued as C257024FF1C5)", "Sent (Ok: queued as C257024FF1C5.)", "Sent", "sent", "Sen", "Sent "),
    *("Sent (25809Ef0009534 Message accepted for delivery)", "Sent (ok InternalId=77 [Hostname=x])", "Deferred"),
    *("Deferred: Connection refused by mx.example.com.", "User unknown", "Service unavailable", "queued", "Quux"),
    *("Sent (unqueued as X)", "Sent (Queued as y-1_2 z)", "stat=Sent", "Sent reject=554"),
)
RELAYS = (
    *("mx.example.com. [198.51.100.9]", "[198.51.100.9]", "localhost [127.0.0.1]", "[IPv6:2001:db8::1]", "mx"),
    *("mx, x [198.51.100.9]", "mx.example.com. [198.51.100.9] ", "mx [999.1.1.1.1]", "x [::1]"),
)
REPLIES = (
    *(g.REFUSED, g.ANSWER, "451 4.7.1 Greylisting in action", "250 ok", "554 " + "x" * 250, "5.7.1 no", "", "554"),
    *("554-5.7.1  spaced ", "554 5.7.1000 odd", "999 what"),
)
MESSAGES = (
    *("STARTTLS=client, relay=x", "DSN: to <b@example.com>; reason: no; sessionid:25809Eex009534-25809Ef0009534"),
    *(
        "Milter: to=<b@example.com>, reject=550 5.1.1 unknown",
        "Milter (x): data, reject=554 a",
        "Milter: helo, reject=5",
    ),
    *("ruleset=check_rcpt, arg1=<c@example.com>, reject=550 no", "something reject=554", 'a "quoted" word', ""),
    *(
        "from=<>, size=1, nrcpts=2, msgid=<nrcpts=9>",
        "from=a@example.com, nrcpts=x",
        "from=<a@example.com>",
        "Milter: x",
    ),
    *("to=<b@example.com>,<c@example.com>, mailer=esmtp, relay=x [198.51.100.9], stat=Sent", "to=<b@example.com>,"),
    *("to=b@example.com, delay=1, mailer=proxy, to_ip=198.51.100.9, stat=250 ok", 'x msg="y', "log_id=1 type=x"),
    *(
        "to=<b@example.com>, ctladdr=<a@example.com> (1/1), relay=x [198.51.100.9], stat=Sent",
        "Milter: data, rejects=1",
    ),
)
IDS = (g.ID, g.OTHER_ID, g.ID + "0000", g.ID + "7", "q" + g.ID, "123", "", g.ID.replace("-", "_"), g.ID[:-1] + "z")
SUBJECTS = (
    "hello",
    'stat=Sent reject=554 msg="stat=Sent"',
    "日本語",
    "x" * 300,
    "a,b;c",
    "log_id=000 type=event",
    "msg=",
)
TIMES = (
    "09:09:14.100",
    "09:09:14.200",
    "09:09:14",
    "09:09:15",
    "09:09:15,300",
    "09:09:60.000",
    "09:60:00",
    "25:00:00",
    "",
)
DAYS = ("2022-06-08", "2022-06-09", "2022-02-30", "0001-01-01", "")


def often(values: Sequence[Any], usual: int) -> st.SearchStrategy[Any]:
    """One of the first values in four of five times: else a line would seldom be one that the compiled part reads."""
    return st.one_of(*([st.sampled_from(values[:usual])] * 4), st.sampled_from(values))


def line() -> st.SearchStrategy[str]:
    """Any line that a gateway may write, or a sender have it write."""
    where = st.fixed_dictionaries(
        {"id_": often(IDS, 3)},
        optional={
            "at": often(TIMES, 4),
            "day": often(DAYS, 2),
            "device": often((g.DEVICE, "FE-TEST-0002", None, "日本"), 2),
        },
    )
    to = st.sampled_from(ADDRESSES)
    return st.one_of(
        st.builds(lambda m, w: g.event(m, **w), st.sampled_from(MESSAGES), where),
        st.builds(
            lambda d, t, s, c, w: g.history(d, to=t, subject=s, classifier=c, **w),
            st.sampled_from(["Accept", "Reject", "0x200", "System Quarantine;Notification", "What", "Discard", ""]),
            to,
            st.sampled_from(SUBJECTS),
            st.sampled_from(["Not Spam", "0x31", "FortiGuard AntiSpam-IP", "unheard of", ""]),
            where,
        ),
        st.builds(
            lambda m, t, s, w: g.spam(m, to=t, subject=s, **w),
            st.sampled_from(
                [
                    *("FortiGuard-AntiSpam identified spam URL: http://x", "FortiGuard-AntiSpam identified spam IP: y"),
                    *(
                        "FortiGuard-AntiSpam identified spam URLs",
                        "File name: x, scanned by Antivirus Scanner(detected)",
                    ),
                    *("Detected by BannedWord test", "what is this", "FortiGuard-AntiSpam identified spam IPé", ""),
                ]
            ),
            to,
            st.sampled_from(SUBJECTS),
            where,
        ),
        st.builds(
            lambda m, w: g.virus(m, **w), st.sampled_from(["The file x is infected with EICAR.", "clean"]), where
        ),
        st.builds(lambda n, w: g.envelope(n, **w), st.integers(0, 3), where),
        st.builds(lambda r, w: g.refusal(r, **w), st.sampled_from(REPLIES), where),
        st.builds(lambda t, r, w: g.rcpt(t, r, **w), to, st.sampled_from(REPLIES), where),
        st.builds(lambda t, s, w: g.answer(t, s, **w), to, st.sampled_from((*REPLIES, *STATS)), where),
        st.builds(
            lambda t, s, r, w: g.delivery(t, s, relay=r, **w),
            to,
            st.sampled_from(STATS),
            st.sampled_from(RELAYS),
            where,
        ),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(line(), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_any_lines_give_the_same_answer(tmp_path: Path, lines: list[str], chance: random.Random) -> None:
    warm = [g.envelope(), g.history(), g.spam("x"), g.delivery(), g.refusal(), g.answer()] * 2
    mixed = [*warm, *lines, *chance.sample(lines, len(lines))]
    sources = sources_of(tmp_path, raw(mixed))
    engine = read_fast(sources, Options(), None)
    assert engine is not None
    engine.close()
    agree(sources)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_bytes_changed_anywhere_give_the_same_answer(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    log = bytearray(raw(made(150, seed % 1000)))
    for _ in range(chance.randrange(1, 40)):
        place = chance.randrange(len(log))
        choice = chance.randrange(4)
        if choice == 0:
            log[place] = chance.choice(b"\"',= \n\r\t<>[]0aZ_\xff\x80")
        elif choice == 1:
            del log[place : place + chance.randrange(1, 60)]
        elif choice == 2:
            log[place:place] = log[place : place + chance.randrange(1, 200)]
        else:
            log[place:place] = chance.choice(
                [b' msg="', b'"', b"\n", b"log_id=0003 type=event ", b"stat=Sent", b"type="]
            )
    agree(sources_of(tmp_path, bytes(log)))


def families() -> Iterator[list[str]]:
    """Messages that differ in one thing each: every form of every line that the compiled part may read."""
    numbers = itertools.count(100_000)

    def where(**more: Any) -> dict[str, Any]:
        return {"id_": g.ID.replace("009534", f"{next(numbers)}"), **more}

    for stat, relay in itertools.product(STATS, RELAYS):
        one = where()
        yield [g.envelope(**one), g.history(**one), g.refusal(**one), g.delivery(stat=stat, relay=relay, **one)]
        one = where()
        yield [g.envelope(**one), g.history(**one), g.delivery(stat=stat, relay=relay, **one)]
    for reply, other in itertools.product(
        (*REPLIES, "554 " + "x" * 220 + "y", "451 later", "354 go"), (g.ANSWER, "", None)
    ):
        one = where()
        again = reply if other is None else other
        yield [g.envelope(**one), g.refusal(reply, **one), g.answer(stat=again, **one)]
        one = where()
        yield [g.envelope(**one), g.refusal(reply, **one), g.answer(stat=again, **one), g.delivery(**one)]
    for address, message in itertools.product(ADDRESSES, ("x", "FortiGuard-AntiSpam identified spam IP: y")):
        one = where()
        yield [g.spam(message, to=address, **one), g.history(to=address, **one), g.delivery(address, **one)]
        one = where()
        yield [
            g.envelope(2, **one),
            g.delivery(address, suffix="0000", **one),
            g.refusal(**one),
            g.answer(address, **one),
        ]
    for message in MESSAGES:
        one = where()
        yield [g.envelope(**one), g.event(message, **one), g.history("Reject", **one), g.delivery(**one)]
    for subject, day, at in itertools.product(SUBJECTS, DAYS[:3], TIMES):
        one = where(day=day, at=at)
        yield [g.history(subject=subject, **one), g.spam("x", subject=subject, **one), g.delivery(**one)]
    for first, second in itertools.product(TIMES[:4], TIMES[:4]):
        one = where()
        said = ("FortiGuard-AntiSpam identified spam IP: y", "FortiGuard-AntiSpam identified spam URL: x")
        yield [g.spam(said[0], **one, at=first), g.spam(said[1], **one, at=second), g.history(**one)]
        one = where()
        yield [
            g.delivery(**one, at=first),
            g.delivery(**one, at=second),
            g.envelope(**one),
            g.delivery(**one, at=first),
        ]


def test_each_form_of_each_line_gives_the_same_answer(tmp_path: Path) -> None:
    warm = [g.envelope(), g.history(), g.spam("x"), g.delivery(), g.refusal(), g.answer()] * 2
    found = list(families())
    log = raw([*warm, *(line for family in found for line in family)])
    assert agree(sources_of(tmp_path, log))["finding_counts"]["rejected-and-delivered"] > 100
    for family in found:  # a difference in one must not be made up for by another
        log = raw([*warm, *family])
        fast, plain = both(sources_of(tmp_path, log))
        assert fast == plain, family


def lines_with_scanners() -> Iterator[str]:
    """Messages with two verdicts each, in an order that changes on a day."""
    for number in range(600):
        day = f"2022-06-{number // 30 + 1:02}"
        id_ = f"25809Eex{number:06}-25809Ef0{number:06}"
        said = ["FortiGuard-AntiSpam identified spam URL: x", "FortiGuard-AntiSpam identified spam IP: y, score: 3"]
        for place, message in enumerate(said if number < 300 else reversed(said)):
            yield g.spam(message, id_=id_, day=day, at=f"09:{number % 60:02}:14.{place + 1}00")
        yield g.history("Reject", id_=id_, day=day, classifier="0x07" if number < 300 else "0x31")
        yield g.refusal(id_=id_, day=day)


def test_findings_about_a_whole_log_cite_the_same_lines(tmp_path: Path) -> None:
    answer = agree(sources_of(tmp_path, raw(list(lines_with_scanners()))))
    assert answer["finding_counts"]["verdict-order-changed"] == 1
    assert answer["finding_counts"]["verdict-drift"] == 1


def test_a_reading_without_object_code_is_read_the_plain_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.GIVEN, str(tmp_path / "none"))
    compiled.compiled.cache_clear()
    try:
        assert read_fast(sources_of(tmp_path, raw(made(300))), Options(), None) is None
    finally:
        compiled.compiled.cache_clear()


def test_object_code_that_was_changed_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled.compiled()
    kept = next(folder / compiled._name() for folder in compiled.folders() if (folder / compiled._name()).is_file())
    code = bytearray(kept.read_bytes())
    code[len(code) // 2] ^= 1
    (tmp_path / kept.name).write_bytes(code)
    assert compiled._find([tmp_path]) is None
    (tmp_path / kept.name).write_bytes(kept.read_bytes())
    assert compiled._find([tmp_path]) is not None
    monkeypatch.setattr(compiled, "_make", None)  # it is there: nothing is to be made
    compiled.make(tmp_path)
