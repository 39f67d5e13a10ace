"""The files of formats: what is wrong in one stops the start, with file, line and key."""

import re
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from ingest.engine.event import Done, Event, Scope
from ingest.engine.formats import DATA, FOLDER, BrokenFormat, detect, load_data, make_format, misfit
from ingest.engine.logformats.loader import (
    CONDITION,
    CUT,
    FLAGS,
    KINDS,
    LINE,
    SAMPLE,
    TOLD,
    TOP,
    load_file,
    load_format,
)
from ingest.engine.logformats.memory import MOST, Memory
from ingest.engine.logformats.reader import DataFormat
from ingest.engine.logformats.safety import Unsafe, check_pattern
from ingest.engine.logformats.samples import READ, check_samples
from ingest.engine.logformats.spec import MODEL, How, Spec
from ingest.engine.result import Options
from tests.engine.gateway import TWICE, scan_files, scan_lines
from tests.engine.test_log_formats import ALL, CONTRADICTIONS, CSV, TO, row

GOOD = """\
name = "good"
title = "Good"
documentation = ["https://example.com/"]
log = "Log"
hints = ["good: "]

[cut]
frame = ['good: (?P<body>.*)']

[[line]]
name = "delivery"
match = '%{word:id} to=%{address:to} %{word:status}$'
kind = "delivery"
fields = { key = "id", recipients = "to" }
outcomes = [{ field = "status", is = "sent", done = "delivered" }]

[[sample]]
line = 'good: A1 to=<b@example.com> sent'
read = { kind = "delivery", done = "delivered", key = "A1", recipients = ["b@example.com"] }
"""


def loaded(text: str) -> Spec:
    """Load a format's text and read its samples."""
    spec = load_format("good.toml", text)
    check_samples(spec, text)
    return spec


def test_the_example_is_a_whole_format() -> None:
    assert DataFormat(loaded(GOOD)).fits("good: A1 to=<b@example.com> sent")


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('done = "delivered" }]', 'done = "arrived" }]', "good.toml:15: line.1.outcomes.done", "“arrived” is none of"),
        ('kind = "delivery"\n', 'kind = "letter"\n', "good.toml:13: line.1.kind", "“letter” is none of"),
        ("kind = ", "kinds = ", "good.toml:13: line.1.kinds", "no such key"),
        ("hints = ", "hint = ", "good.toml:5: hint", "no such key"),
        ('key = "id"', 'keys = "id"', "line.1.fields.keys", "no such key"),
        ("%{word:id}", "%{wird:id}", "good.toml:12: line.1.match", "no part called “wird”"),
        ("%{word:id}", "(?P<id>(?:ab|c)+)", "good.toml:12: line.1.match", "repeats a group"),
        ("%{word:id}", r"(?P<id>\w+)(?=x)", "good.toml:12: line.1.match", "look-around"),
        ("%{word:id}", "(?P<id>", "good.toml:12: line.1.match", "no regular expression"),
        ("(?P<body>.*)", ".*", "good.toml:8: cut.frame", "must name the rest"),
        ('title = "Good"', "title = 7", "good.toml:2: title", "must be text"),
        ('title = "Good"\n', "", "title", "must be text"),
        ('is = "sent"', 'starts = "sent", has = "x"', "line.1.outcomes", "a condition is a field and one of"),
        ("[[line]]", "[line]", "line", "must be a list of tables"),
        ("> sent'\nread", "> gone'\nread", "good.toml:18: sample.1.line", "done is 'unknown', not 'delivered'"),
        ('key = "A1"', 'key = "A2"', "good.toml:18: sample.1.line", "key is 'A1', not 'A2'"),
        ('key = "A1"', 'id = "A1"', "good.toml:17: sample.1", "“id” is none of"),
        ("line = 'good: A1", "line = 'bad: A1", "good.toml:18: sample.1.line", "not read: its beginning"),
        ("read = {", "unread = 'x'\nread = {", "good.toml:17: sample.1", "either"),
        ("name = ", "name == ", "good.toml", "no TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, where: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(BrokenFormat) as refused:
        loaded(GOOD.replace(old, new, 1))

    assert where in str(refused.value)
    assert why in str(refused.value)


def test_a_format_without_lines_or_samples_is_none() -> None:
    with pytest.raises(BrokenFormat, match="at least one"):
        loaded(GOOD[: GOOD.index("[[sample]]")])


def test_a_file_that_is_not_there_or_has_another_name_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BrokenFormat, match=r"good\.toml: it cannot be read"):
        load_data(["good"], tmp_path)
    (tmp_path / "better.toml").write_text(GOOD)
    with pytest.raises(BrokenFormat, match="its name is “good”"):
        load_data(["better"], tmp_path)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:a*)*",
        "(?:ab)+",
        r".*x.*y",
        r"\w+\d+x",
        r".*a[^,]*,",
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        r"(a)\1",
        "(?P<x>a)(?P=x)",
        "(a)?(?(1)b|c)",
        "a*+",
        "(?>a)",
        "a{0,512}a{0,512}.{0,512}b",
        "(?:.*|b)c.*d",
        "a" * 3000,
        "(",
    ],
)
def test_expressions_that_could_cost_more_than_linear_time_are_refused(pattern: str) -> None:
    with pytest.raises(Unsafe):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"[^,]*, (.*)", r"(.*); from=[^ ]{0,300} x$", "(?:a|b)?c", r"a{5}a{5}b", "a.*b.*"])
def test_expressions_that_know_where_they_end_are_taken(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize("name", DATA)
def test_every_format_names_its_grammars_source_and_proves_itself(name: str) -> None:
    path = FOLDER / f"{name}.toml"
    spec = load_file(path)

    assert all(link.startswith("https://") for link in spec.documentation)
    assert spec.documentation
    assert len(spec.samples) >= 3
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("name", DATA)
def test_every_kind_of_line_that_tells_something_is_in_a_sample_or_a_test(name: str) -> None:
    """A rule that no line reaches is a rule that nobody has tried."""
    spec = load_file(FOLDER / f"{name}.toml")
    seen = set()
    for lines in (*([*sample.before, sample.line] for sample in spec.samples), ALL.get(name, [])):
        reader = DataFormat(spec)
        seen |= {getattr(reader.read(line), "type", "") for line in lines}

    assert {rule.name for rule in spec.lines if rule.outcome.done or rule.outcome.told or rule.outcomes} <= seen


DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "adding-a-log-format.md").read_text(encoding="utf-8")


def test_the_documents_example_is_a_whole_format() -> None:
    found = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found

    assert loaded(textwrap.dedent(found[1])).name == "acme"


def test_the_document_names_every_key_and_every_word() -> None:
    words = {*TOP, *CUT, *LINE, *CONDITION, *SAMPLE, *FLAGS, *TOLD, *KINDS, *READ, *MODEL}
    words |= {*get_args(Done), *get_args(Scope), *get_args(How)}

    assert sorted(word for word in words if not re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", DOCUMENT)) == []


def test_a_table_whose_header_comes_again_is_one_table_and_another_header_is_told() -> None:
    same = scan_lines(CSV, row("sent", "250 ok queued as A"), CSV, row("sent", "250 ok queued as B"))
    other = scan_lines(CSV, row("sent"), "time,qid,to,from,status,reply,relay_ip", row("sent"))

    assert (same.complete, len(same.findings)) == (True, 1)
    assert other.files[0].unread_lines == 1
    assert "names other columns" in other.files[0].unread_examples[0].reason


def test_a_column_may_be_called_anything() -> None:
    result = scan_lines(f"{CSV},header", *(f"{row('sent', f'250 ok queued as {n}')},x" for n in "AB"))

    assert [finding.rule for finding in result.findings] == [TWICE]


def test_lines_of_a_table_are_read_once_more_by_its_own_columns() -> None:
    [finding] = scan_lines(*CONTRADICTIONS["csv"]).findings

    assert [one.transaction for one in finding.evidence] == ["77AB", "77AB"]


def test_a_line_that_was_nearly_a_formats_is_told_what_it_lacks() -> None:
    assert "sendmail: its beginning" in misfit("sendmail: x")
    assert misfit("hello") == misfit("hello there")


def test_a_format_can_be_forced_against_the_content() -> None:
    [file] = scan_files("hello\n", options=Options(format="postfix")).files

    assert (file.format, file.unread_lines) == ("postfix", 1)


def test_detection_reads_no_line_that_has_none_of_a_formats_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheap test comes first: 200 lines of FortiMail must not go through nine further readers."""
    reads: list[str] = []
    monkeypatch.setattr(DataFormat, "_recognise", lambda reader, *_: reads.append(reader.name))
    line = (
        "date=2026-01-05 time=08:00:00 device_id=FE1 log_id=0003000001 type=event "
        f'session_id="405800ab000001-405800ac000001" msg="to=<{TO}>, stat=Sent"'
    )

    assert detect([line] * 200)[0].name == "fortimail"
    assert reads == []


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = Memory()
    for number in range(MOST + 10):
        memory.keep(str(number), "x", "y")

    assert (memory.ask("9", "x"), memory.ask(str(MOST), "x")) == ([], ["y"])


def test_what_is_spoken_of_stays_and_what_was_forgotten_is_never_known_whole_again() -> None:
    memory = Memory()
    memory.keep("held", "RID 0", "a")
    memory.keep("lost", "RID 0", "a")
    for number in range(MOST):
        memory.keep(str(number), "x", "y")
        if number == MOST // 2:
            memory.keep("held", "RID 1", "b")
    memory.keep("lost", "RID 1", "b")

    assert memory.ask("held", "RID *") == ["a", "b"]
    assert memory.ask("lost", "RID *") == ["b", ""]


def test_facts_of_what_a_thing_was_copied_from_are_its_own_and_circles_end() -> None:
    memory = Memory()
    memory.keep("a", "x", "y")
    memory.copied("b", "a")
    memory.copied("c", "d")
    memory.copied("d", "c")

    assert (memory.ask("b", "x"), memory.ask("b", "*"), memory.ask("c", "x")) == (["y"], ["y"], [])


def test_a_reader_is_made_again_by_its_recipe() -> None:
    reader = make_format("csv")
    assert isinstance(reader, DataFormat)
    reader.read(CSV)

    again, once = make_format(reader.recipe).read(row("sent")), reader.read(row("sent"))
    assert isinstance(again, Event)
    assert isinstance(once, Event)
    assert (again.key, again.done, again.digest) == ("77AB", "delivered", once.digest)
