"""Behaviour values, notices, paths, coverage, conditions and the answer on top, row by row."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.behaviour.values import Standing, ValueSpan
from kb.conditions.facts import Facts, read_facts
from kb.conditions.predicate import PredicateError, check_predicate, judge
from kb.upgrade.check import Condition, Ground, Issue, Kind, Severity, judge_one, summarise
from kb.upgrade.coverage import Read, judge_coverage
from kb.upgrade.derivation import derive
from kb.upgrade.moves import Move, applies
from kb.upgrade.path import UpgradePath, judge_path
from kb.upgrade.place import place_of, point_of
from kb.upgrade.question import Direction, Point, Question
from kb.upgrade.statement import Says, Statement
from kb.upgrade.stored import from_json, to_json
from kb.upgrade.verdict import judge_behaviour
from kb.versions.registry import GENERAL, get_scheme
from kb.versions.version import Span
from tests.upgrade.naive import Said
from tests.upgrade.test_small_world import engine_states
from tests.upgrade.world import derived, every_statement, statements_of

TODAY = dt.date(2026, 11, 24)
FORTINET = get_scheme("fortinet")


def at(text: str, *, known: bool = True) -> Point:
    """A version of a question."""
    return point_of(GENERAL, text, known=known)


def asked(*versions: str, outside: tuple[str, ...] = ()) -> Question:
    """A question: from, hops, to."""
    points = [at(version, known=version not in outside) for version in versions]
    return Question(points[0], points[-1], tuple(points[1:-1]))


def standing(**values: tuple[str, ...]) -> Standing:
    """Values, each with the versions on which it stands."""
    rows = [(value, version) for value, versions in values.items() for version in versions]
    return Standing(tuple(ValueSpan(n, value, (at(version).span,)) for n, (value, version) in enumerate(rows)))


OLD_NEW = standing(old=("1.0.0", "1.0.3"), new=("1.0.1", "2.0.0"), both=("2.0.1",), other=("2.0.1",))


@pytest.mark.parametrize(
    ("versions", "verdict", "values"),
    [
        (("1.0.0", "1.0.1"), "changes", (("old",), ("new",))),
        (("1.0.1", "1.0.0"), "changes", (("new",), ("old",))),
        (("1.0.0", "2.0.1"), "changes", (("old",), ("both", "other"))),
        (("1.0.0", "1.0.3"), None, None),
        (("1.0.0", "1.0.0"), None, None),
        (("1.0.0", "1.0.1", "1.0.3"), "crossed", (("old",), ("old",))),
        (("1.0.0", "1.0.2", "1.0.3"), "unknown", (("old",), ("old",))),
        (("1.0.0", "1.0.2"), "unknown", (("old",), ())),
        (("1.0.2", "2.0.0"), "unknown", ((), ("new",))),
        (("1.0.0", "1.0.1", "1.0.2"), "crossed", (("old",), ())),
        (("2.0.1", "2.0.1"), "unknown", (("both", "other"), ("both", "other"))),
        (("1.0.1", "2.0.1", "2.0.1"), "changes", (("new",), ("both", "other"))),
    ],
)
def test_behaviour_changes_compare_values(versions: tuple[str, ...], verdict: str | None, values: Any) -> None:
    judged = judge_behaviour(OLD_NEW, asked(*versions))

    assert (judged.verdict if judged else None) == verdict
    assert judged is None or (judged.before, judged.after) == values


def test_overlapping_sets_of_values_are_unknown() -> None:
    overlapping = standing(a=("1.0.0",), b=("1.0.0", "1.0.1"))

    judged = judge_behaviour(overlapping, asked("1.0.0", "1.0.1"))
    assert judged is not None
    assert judged.verdict == "unknown"


def test_an_equal_value_outside_the_catalogue_is_unknown() -> None:
    judged = judge_behaviour(OLD_NEW, asked("1.0.0", "1.0.3", outside=("1.0.3",)))

    assert judged is not None
    assert judged.verdict == "unknown"


def test_a_value_of_one_build_says_nothing_of_the_others() -> None:
    build, whole = point_of(FORTINET, "7.0.2 build 163", known=True), point_of(FORTINET, "7.0.2", known=True)
    one = Standing((ValueSpan(1, "old", (build.span,)),))

    assert one.at(build.span) == frozenset({"old"})
    assert one.at(whole.span) is None


@pytest.mark.parametrize(
    ("move", "versions", "expected"),
    [
        (Move(Direction.DOWNGRADE), ("1.0.1", "1.0.0"), True),
        (Move(Direction.DOWNGRADE), ("1.0.0", "1.0.1"), False),
        (Move(), ("1.0.0", "1.0.0"), False),
        (Move(start=Span("", at("1.0.1").span.hi)), ("1.0.1", "1.0.2"), True),
        (Move(start=Span("", at("1.0.1").span.hi)), ("1.0.2", "1.0.3"), False),
        (Move(target=Span(at("1.0.2").span.lo, "~")), ("1.0.1", "1.0.1"), False),
        (Move(target=Span(at("1.0.2").span.lo, "~")), ("1.0.1", "1.0.2"), True),
    ],
)
def test_a_notice_is_a_predicate_over_a_step(move: Move, versions: tuple[str, str], expected: bool) -> None:
    assert applies(move, *map(at, versions)) is expected


def test_a_notice_whose_border_lies_between_builds_is_unknown() -> None:
    build = point_of(FORTINET, "7.0.2 build 163", known=True)
    whole, before = point_of(FORTINET, "7.0.2", known=True), point_of(FORTINET, "7.0.1", known=True)

    assert applies(Move(target=Span(build.span.lo, "~")), before, whole) is None


STATIONS = (("1.0.1",), ("2.0.0",), ("3.0.0", "3.0.2"))
PATH = UpgradePath(tuple(tuple(at(version) for version in group) for group in STATIONS))


@pytest.mark.parametrize(
    ("versions", "supported", "required"),
    [
        (("1.0.2", "2.0.1"), False, ["2.0.0"]),
        (("1.0.2", "2.0.0", "2.0.1"), True, ["2.0.0"]),
        (("1.0.0", "2.0.1"), False, ["1.0.1", "2.0.0"]),
        (("2.0.0", "2.0.9"), True, []),
        (("1.0.2", "2.0.0"), True, []),
        (("2.0.1", "3.0.2"), True, []),
        (("2.0.1", "3.0.1"), False, ["3.0.0"]),
        (("2.0.1", "3.0.3"), None, []),
        (("2.0.1", "4.0.0"), None, []),
        (("0.9.0", "2.0.1"), None, []),
        (("2.0.1", "1.0.2"), False, []),
        (("2.0.1", "2.0.1"), True, []),
    ],
)
def test_a_path_needs_the_stations_between(versions: tuple[str, ...], supported: Any, required: list[str]) -> None:
    answer = judge_path(PATH, asked(*versions))

    assert (answer.supported, [station.text for station in answer.required]) == (supported, required)


def test_a_product_may_need_no_path_or_allow_to_go_back_and_without_data_nothing_is_known() -> None:
    assert judge_path(UpgradePath(needed=False), asked("1.0.0", "9.0.0")).supported is True
    assert judge_path(UpgradePath(PATH.stations, downgrades=True), asked("2.0.1", "1.0.2")).supported is True
    assert judge_path(UpgradePath(), asked("1.0.0", "1.0.1")).supported is None


def days(number: int) -> dt.date:
    """A day in the past."""
    return TODAY - dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("vendor", "retrieved", "covers", "released", "known", "complete"),
    [
        (True, days(10), ("1.0",), days(400), True, True),
        (False, days(10), ("1.0",), days(400), True, False),
        (True, None, ("1.0",), days(400), True, False),
        (True, days(91), ("1.0",), days(400), True, False),
        (True, days(90), ("1.0",), days(400), True, True),
        (True, days(-1), ("1.0",), days(400), True, False),
        (True, days(10), ("1.0",), days(10), True, False),
        (True, days(10), ("1.0",), days(9), True, False),
        (True, days(10), ("1.0",), None, True, False),
        (True, days(10), ("2.0",), days(400), True, False),
        (True, days(10), ("1.0",), days(400), False, False),
    ],
)
def test_coverage_is_complete_by_a_fresh_source_of_the_vendor(  # noqa: PLR0917  (a row of a table)
    vendor: bool, retrieved: Any, covers: tuple[str, ...], released: Any, known: bool, complete: bool
) -> None:
    source = Read(1, vendor, retrieved, tuple(GENERAL.train(train) for train in covers))
    answer = judge_coverage([source], [(at("1.0.1", known=known), released)], TODAY, 90)

    assert answer.complete is complete
    assert answer.unknown_versions == (() if known else ("1.0.1",))


def compare(one: str, other: str) -> int:
    """The order of two versions."""
    left, right = GENERAL.parse(one).key, GENERAL.parse(other).key
    return (left > right) - (left < right)


FACTS = read_facts({"mode": "Multi-Action", "n": 3, "on": True, "tags": ["a", "b"], "os": "7.0.2", "gone": None})


@pytest.mark.parametrize(
    ("predicate", "result", "decided", "missing"),
    [
        ({"eq": ["mode", "multi-action"]}, True, ["mode"], []),
        ({"eq": ["mode", "single-action"]}, False, ["mode"], []),
        ({"eq": ["n", "3"]}, True, ["n"], []),
        ({"eq": ["on", "true"]}, True, ["on"], []),
        ({"eq": ["tags", "b"]}, True, ["tags"], []),
        ({"eq": ["gone", "x"]}, None, [], ["gone"]),
        ({"in": ["mode", ["x", "MULTI-ACTION"]]}, True, ["mode"], []),
        ({"exists": "mode"}, True, ["mode"], []),
        ({"exists": "nowhere"}, None, [], ["nowhere"]),
        ({"not": {"exists": "nowhere"}}, None, [], ["nowhere"]),
        ({"matches": ["mode", "^multi"]}, True, ["mode"], []),
        ({"version": ["os", "<", "7.0.10"]}, True, ["os"], []),
        ({"version": ["mode", "<", "7.0.10"]}, None, [], ["mode"]),
        ({"and": [{"exists": "mode"}, {"exists": "x"}]}, None, [], ["x"]),
        ({"and": [{"eq": ["n", 4]}, {"exists": "x"}]}, False, ["n"], []),
        ({"or": [{"eq": ["n", 3]}, {"exists": "x"}]}, True, ["n"], []),
        ({"or": [{"eq": ["n", 4]}, {"exists": "x"}]}, None, [], ["x"]),
        ({"or": [{"eq": ["n", 4]}, {"eq": ["on", "false"]}]}, False, ["n", "on"], []),
    ],
)
def test_a_predicate_has_three_answers(predicate: Any, result: Any, decided: list[str], missing: list[str]) -> None:
    check_predicate(predicate, compare)
    answer = judge(predicate, FACTS, compare)

    assert (answer.result, list(answer.decided_by), list(answer.missing)) == (result, decided, missing)


def test_only_a_full_configuration_shows_that_something_is_not_set() -> None:
    assert judge({"exists": "x"}, Facts({}, full=True), compare).result is False


@pytest.mark.parametrize(
    "predicate",
    [
        None, [], {}, {"eq": ["a"]}, {"eq": ["", 1]}, {"eq": "a"}, {"and": []}, {"and": {}}, {"like": ["a", "b"]},
        {"eq": ["a", 1], "in": ["a", [1]]}, {"in": ["a", []]}, {"matches": ["a", "("]}, {"matches": ["a", "x" * 301]},
        {"version": ["a", "~", "1"]}, {"version": ["a", "<", "latest"]}, {"not": [{"exists": "a"}]},
        {"and": [{"exists": "a"}] * 100},
    ],
)  # fmt: skip
def test_a_predicate_that_cannot_be_judged_is_refused(predicate: Any) -> None:
    with pytest.raises(PredicateError):
        check_predicate(predicate, compare)


def test_a_predicate_nested_without_end_is_refused() -> None:
    predicate: Any = {"exists": "a"}
    for _ in range(900):
        predicate = {"not": predicate}

    with pytest.raises(PredicateError):
        check_predicate(predicate, compare)


PARTS = st.recursive(
    st.sampled_from([{"exists": "x"}, {"exists": "mode"}, {"eq": ["n", 3]}, {"eq": ["y", 1]}, {"eq": ["n", 4]}]),
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=3).map(lambda many: {"and": many}),
        st.lists(inner, min_size=1, max_size=3).map(lambda many: {"or": many}),
    ),
    max_leaves=8,
)


@given(PARTS)
def test_a_missing_fact_is_never_taken_for_an_answer(predicate: Any) -> None:
    """What is decided without a fact is decided the same whatever the fact is."""
    answer = judge(predicate, FACTS, compare)
    if answer.result is not None:
        for x, y in ((1, 1), (None, 1), (1, 2)):
            more = read_facts({"mode": "m", "n": 3, "x": x, "y": y})
            assert judge(predicate, more, compare).result is answer.result
    else:
        assert answer.missing


GOOD = Ground(catalogued=True, supported=True, path=True, coverage=True, hidden=False)


def issue(*statements: Statement, kind: Kind = Kind.DEFECT, severity: Severity = Severity.LOW, **more: Any) -> Issue:
    """An issue about which this was said."""
    return Issue(1, kind, severity, derive(statements), statements, **more)


def said(says: Says, version: str) -> Statement:
    """A statement about a version."""
    return Statement(1, says, place_of(GENERAL, version), text=version)


ENTERS = issue(said(Says.INTRODUCED, "1.0.1"))
CLEAN = issue(said(Says.INTRODUCED, "2.0.0"))
UNKNOWN = issue(said(Says.SEEN, "2.0.0"))
STAYS = issue(Statement(1, Says.LAST_AFFECTED, place_of(GENERAL, "1.0.1")))
LEAVES = issue(Statement(1, Says.LAST_AFFECTED, place_of(GENERAL, "1.0.0")))
QUIET = Condition({"eq": ["mode", "quiet"]}, validated=True)


def summary(*issues: Issue, ground: Ground = GOOD, facts: Facts = FACTS) -> Any:
    """The answer on top of these issues, from 1.0.0 to 1.0.1."""
    items = [judge_one(one, asked("1.0.0", "1.0.1"), facts, compare) for one in issues]
    return summarise([item for item in items if item], ground)


@pytest.mark.parametrize(
    ("issues", "worse", "clear"),
    [
        ([], False, True),
        ([CLEAN], False, True),
        ([LEAVES], False, True),
        ([ENTERS], True, False),
        ([STAYS], False, False),
        ([UNKNOWN], None, False),
        ([UNKNOWN, ENTERS], True, False),
        ([issue(kind=Kind.NOTICE, severity=Severity.INFO, move=Move())], False, True),
        ([issue(kind=Kind.NOTICE, severity=Severity.LOW, move=Move())], False, False),
        ([issue(kind=Kind.NOTICE, severity=Severity.MEDIUM, move=Move())], True, False),
        ([issue(kind=Kind.NOTICE, severity=Severity.UNKNOWN, move=Move())], True, False),
        ([issue(kind=Kind.BEHAVIOUR_CHANGE)], None, False),
        ([issue(said(Says.INTRODUCED, "1.0.1"), condition=QUIET)], False, True),
        ([issue(said(Says.INTRODUCED, "1.0.1"), condition=Condition(QUIET.predicate, validated=False))], False, False),
        ([issue(said(Says.INTRODUCED, "1.0.1"), condition=Condition({"exists": "x"}, validated=True))], True, False),
        ([issue(*STAYS.statements, condition=Condition({"exists": "x"}, validated=True))], None, False),
        ([issue(*LEAVES.statements, condition=Condition({"exists": "x"}, validated=True))], False, True),
    ],
)
def test_the_answer_on_top(issues: list[Issue], worse: bool | None, clear: bool) -> None:
    answer = summary(*issues)

    assert (answer.worse, answer.clear) == (worse, clear)


@pytest.mark.parametrize("lost", ["catalogued", "supported", "coverage", "hidden", "path", "path unknown"])
def test_each_ground_that_is_missing_keeps_a_check_from_being_clear(lost: str) -> None:
    grounds: dict[str, Any] = {name: getattr(GOOD, name) for name in GOOD.__slots__}
    grounds[lost.split(maxsplit=1)[0]] = {"hidden": True, "path unknown": None}.get(lost, False)

    assert summary(ground=Ground(**grounds)).clear is False


def test_the_worst_hit_is_the_one_whose_severity_is_not_known() -> None:
    critical = issue(said(Says.INTRODUCED, "1.0.1"), severity=Severity.CRITICAL)
    unknown = issue(said(Says.INTRODUCED, "1.0.1"), severity=Severity.UNKNOWN)

    assert summary(critical).worst == "critical"
    assert summary(critical, unknown).worst == "unknown"


def test_what_is_derived_survives_its_storage() -> None:
    for one in every_statement():
        known, statements = derived([one]), statements_of([one])
        stored = from_json(to_json(known, statements))
        back, texts = stored.known, stored.statements
        assert back == known
        assert [(row.id, row.says, row.place) for row in texts] == [(row.id, row.says, row.place) for row in statements]


def test_a_cure_that_names_a_hotfix_says_nothing_of_the_next_base_release() -> None:
    states = engine_states([Said("introduced", (2, 0, 0)), Said("fixed", (2, 1, 1))])

    assert [states[2, 1, 0], states[2, 1, 1], states[2, 1, 2], states[2, 2, 0]] == ["yes", "no", "no", "unknown"]


def test_the_latest_introduction_before_a_last_affected_version_counts() -> None:
    told = [Said("introduced", (2, 0, 0)), Said("fixed", (2, 1, 0)), Said("introduced", (2, 2, 0))]
    states = engine_states([*told, Said("last_affected", (2, 2, 0))])

    assert [states[2, number, 0] for number in range(4)] == ["yes", "no", "yes", "no"]


@pytest.mark.parametrize(
    ("versions", "misplaced"),
    [
        (("1.0.0", "1.0.1", "1.0.2"), None),
        (("1.0.0", "1.0.0", "1.0.2", "1.0.2"), None),
        (("1.0.2", "1.0.1", "1.0.0"), None),
        (("1.0.0", "1.0.3", "1.0.2"), "1.0.3"),
        (("1.0.1", "1.0.0", "1.0.2"), "1.0.0"),
        (("1.0.0", "1.0.2", "1.0.1", "1.0.3"), "1.0.1"),
        (("1.0.2", "1.0.0", "1.0.1", "1.0.0"), "1.0.1"),
    ],
)
def test_hops_lie_between_in_order(versions: tuple[str, ...], misplaced: str | None) -> None:
    hop = asked(*versions).misplaced_hop()

    assert (hop.text if hop else None) == misplaced
