"""Every kind of line, in any order, with what senders may write, by both engines."""

import itertools
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.engine.fast.engine import read_fast
from ingest.engine.result import Options
from tests.engine import gateway as g
from tests.engine.two_engines import agree, both, made, raw, sources_of

pytestmark = pytest.mark.usefixtures("few_lines")
EXAMPLES = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 200

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


@settings(max_examples=EXAMPLES)
@given(st.lists(line(), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_any_lines_give_the_same_answer(tmp_path: Path, lines: list[str], chance: random.Random) -> None:
    warm = [g.envelope(), g.history(), g.spam("x"), g.delivery(), g.refusal(), g.answer()] * 2
    mixed = [*warm, *lines, *chance.sample(lines, len(lines))]
    sources = sources_of(tmp_path, raw(mixed))
    engine = read_fast(sources, Options(), None)
    assert engine is not None
    engine.close()
    agree(sources)


@settings(max_examples=EXAMPLES)
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
