"""What a format may say that no format of ours does: the compiled part says the same, or leaves it to the plain way."""

import re
from pathlib import Path
from typing import Any

import pytest

from ingest.engine import formats
from ingest.engine.fast.expressions import Code, Unsupported
from ingest.engine.fast.plans import plan_of
from ingest.engine.fast.rows import ANY, STACK
from ingest.engine.formats import REGISTRY
from ingest.engine.logformats.loader import load_format
from ingest.engine.logformats.safety import FLAGS
from ingest.engine.logformats.spec import Spec
from tests.engine.two_engines import agree, raw, sources_of

pytestmark = pytest.mark.usefixtures("few_lines")
FORMAT = r"""
name = "own"
title = "Of our own"
documentation = ["https://www.example.org"]
log = "Mail log"
hints = ["xx"]
[cut]
frame = '(?P<time>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d)(?: (?P<zone>[+-]\d{{4}}))? (?P<body>(?P<id>\w+) (?P<reply>xx?)(?P<rest>.*))'
[fields]
time = {time}
key = "id"
[[line]]
name = "refused"
has = "xx"
on = "rest"
match = '{match}'
kind = "refusal"
told = "refused"
scope = "message"
[[line]]
name = "delivered"
has = "xx"
match = '(?P<who>\w+) (?P<to>xx)'
kind = "delivery"
done = "delivered"
fields = {{ recipients = "to", reply = "reply", key = "id" }}
[[sample]]
line = 'x xx'
read = {{ kind = "other" }}
"""  # noqa: E501


def own(match: str = "nope", time: str = '"time"') -> Spec:
    """A format, as a file gives it."""
    return load_format("own.toml", FORMAT.format(match=match, time=time))


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a format known by its name."""

    def add(spec: Spec) -> None:
        monkeypatch.setattr(REGISTRY, "_names", (*REGISTRY._names, spec.name))
        monkeypatch.setitem(REGISTRY._loaded, spec.name, formats._entry(spec))

    return add


@pytest.mark.parametrize("match", ["(?:nope|$)", "$", r"\d?$", r"[^,]*\Z", "", "a?"])
def test_what_fits_an_empty_text_may_begin_with_anything(match: str) -> None:
    pattern = re.compile(match, FLAGS)
    assert pattern.match("")
    assert Code().first(pattern) == ANY


def test_a_rule_that_fits_an_empty_value_is_found_there(tmp_path: Path, known: Any) -> None:
    known(own("(?:nope|$)"))
    lines = [f"2026-01-05 08:00:{n % 60:02} Q{n} xx" for n in range(400)]
    lines += [f"2026-01-05 09:00:{n % 60:02} Q{n} xx and" for n in range(400)]
    answer = agree(sources_of(tmp_path, raw(lines)), format="own")
    assert answer["finding_counts"]["rejected-and-delivered"] == 400


def test_a_time_of_several_parts_is_read_the_plain_way() -> None:
    assert plan_of(own()) is not None
    assert plan_of(own(time='"{time} {zone}"')) is None


def test_counts_beyond_all_lines_are_no_crash(tmp_path: Path, known: Any) -> None:
    spec = own(".{0,4000000000}zz")
    known(spec)
    assert plan_of(spec) is not None
    agree(sources_of(tmp_path, raw([f"2026-01-05 08:00:00 Q{n} xx and zz" for n in range(300)])), format="own")
    assert plan_of(own(".{4000000000,}zz")) is None


def test_an_expression_whose_choices_there_is_no_room_for_is_left_to_the_plain_way() -> None:
    with pytest.raises(Unsupported, match="too long"):
        Code().add(re.compile("(?:ab|cd)" * (STACK // 16), FLAGS), {})
