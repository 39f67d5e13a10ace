"""The engine against the naive second reading, over all pairs and many triples of statements of every shape."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from kb.upgrade import derivation, verdict
from kb.upgrade.question import Question
from kb.upgrade.verdict import State, judge_issue, state
from tests.upgrade import naive
from tests.upgrade.naive import WORLD, Said
from tests.upgrade.world import POINTS, derived, every_statement, statements_of

# Two of a train beside the hot-fixed one, its hot-fix, and one of each other train: enough for every rule to matter.
FEW = ((1, 1, 0), (2, 0, 0), (2, 1, 0), (2, 1, 1), (2, 3, 0), (3, 2, 0))


def engine_states(said: Sequence[Said]) -> dict[naive.Version, str]:
    """The engine's states at every version."""
    known = derived(said)
    return {version: str(state(known, point)) for version, point in POINTS.items()}


def differing(worlds: Iterator[Sequence[Said]]) -> Iterator[Sequence[Said]]:
    """The sets of statements for which the two readings differ, in a state or in what counts as cured."""
    for said in worlds:
        known, statements = derived(said), statements_of(said)
        for version, point in POINTS.items():
            ours, theirs = str(state(known, point)), naive.states(said)[version]
            if ours != theirs:
                yield said
                break
            if verdict._was_cured(known, statements, point) != naive.cured(said, version):
                yield said
                break


def fast_differing(worlds: Iterator[Sequence[Said]]) -> Iterator[Sequence[Said]]:
    """As `differing`, states only and each world read once: for the large sets."""
    for said in worlds:
        if engine_states(said) != naive.states(said):
            yield said


def test_every_statement_alone() -> None:
    assert list(differing((one,) for one in every_statement())) == []


def test_every_pair_of_statements() -> None:
    assert list(itertools.islice(fast_differing(itertools.combinations(every_statement(), 2)), 3)) == []


def test_every_triple_over_few_versions() -> None:
    assert list(itertools.islice(fast_differing(itertools.combinations(every_statement(FEW), 3)), 3)) == []


def test_what_counts_as_cured_in_every_pair_over_few_versions() -> None:
    assert list(itertools.islice(differing(itertools.combinations(every_statement(FEW), 2)), 3)) == []


def moves(hop_lists: Sequence[Sequence[naive.Version]]) -> Iterator[tuple[naive.Version, naive.Version, Any]]:
    """Every from, to and hop that may be asked."""
    for start, target in itertools.product(WORLD, repeat=2):
        for hops in hop_lists:
            if all(min(start, target) <= hop <= max(start, target) for hop in hops):
                yield start, target, hops


def judged(said: Sequence[Said], start: naive.Version, target: naive.Version, hops: Any) -> str | None:
    """The engine's verdict."""
    question = Question(POINTS[start], POINTS[target], tuple(POINTS[hop] for hop in hops))
    answer = judge_issue(derived(said), statements_of(said), question)
    return str(answer.verdict) if answer else None


def one_of_each_state_pattern() -> list[Sequence[Said]]:
    """Of all pairs over few versions one for each pattern of states and cures: no other can give another verdict."""
    patterns: dict[Any, Sequence[Said]] = {}
    for said in itertools.combinations(every_statement(FEW), 2):
        cured = tuple(naive.cured(said, version) for version in WORLD)
        patterns.setdefault((tuple(naive.states(said).values()), cured), said)
    return list(patterns.values())


@pytest.fixture(scope="module")
def patterns() -> list[Sequence[Said]]:
    """The patterns, made once."""
    return one_of_each_state_pattern()


def wrong_verdicts(worlds: Sequence[Sequence[Said]], every: int) -> Iterator[Any]:
    """Verdicts that differ from the table, over every from, to and hop of each world (`every` thins the worlds)."""
    asked = list(moves([(), *((hop,) for hop in WORLD)]))
    for said in worlds[::every]:
        known, statements, theirs = derived(said), statements_of(said), naive.states(said)
        cured = {version: naive.cured(said, version) for version in WORLD}
        for start, target, hops in asked:
            question = Question(POINTS[start], POINTS[target], tuple(POINTS[hop] for hop in hops))
            answer = judge_issue(known, statements, question)
            expected = naive.table(theirs[start], theirs[target], [theirs[hop] for hop in hops], is_cured=cured[start])
            if (str(answer.verdict) if answer else None) != expected:
                yield said, start, target, hops, answer, expected


def test_every_verdict_of_every_pattern(patterns: list[Sequence[Said]]) -> None:
    assert len(patterns) > 100
    assert list(itertools.islice(wrong_verdicts(patterns, every=7), 3)) == []


def nothing(*_: Any) -> tuple[()]:
    """A rule that is left out."""
    return ()


GROUND = derivation._Ground
RULES = [
    *(("affected", says) for says in derivation._AFFECTED),
    *(("unaffected", says) for says in derivation._UNAFFECTED),
]


@pytest.mark.parametrize(("column", "says"), RULES, ids=[f"{column} {says}" for column, says in RULES])
def test_a_row_left_out_is_caught(monkeypatch: pytest.MonkeyPatch, column: str, says: str) -> None:
    rules: dict[Any, Any] = getattr(derivation, f"_{column.upper()}")
    monkeypatch.setitem(rules, says, nothing)

    assert next(fast_differing(itertools.combinations(every_statement(FEW), 2)), None) is not None


def without(name: str, *left_out: str) -> Callable[..., Any]:
    """`on_train` or `on` that does not see statements of some kinds."""
    real = getattr(GROUND, name)
    return lambda self, where, *says: real(self, where, *(one for one in says if one not in left_out))


MUTATIONS: list[tuple[str, str, Any]] = [
    ("a hot-fix ends nothing", "ended", lambda self, train, lo, end: end),
    ("nothing strikes", "strikes", nothing),
    ("an older train is never implied", "reaches_below", lambda self, said, key: False),
    ("an older train is always implied", "reaches_below", lambda self, said, key: True),
    ("no fix is seen", "on", without("on", "fixed", "before")),
    ("no last affected is seen", "on_train", without("on_train", "last_affected")),
    ("no introduction is seen", "on_train", without("on_train", "introduced")),
    ("no sighting is seen", "on_train", without("on_train", "seen")),
]


@pytest.mark.parametrize(("name", "replacement"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_a_clause_left_out_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, replacement: Any) -> None:
    monkeypatch.setattr(GROUND, name, replacement)

    assert next(fast_differing(itertools.combinations(every_statement(FEW), 2)), None) is not None


def test_a_list_that_says_nothing_of_the_rest_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    real = GROUND.unaffected
    monkeypatch.setattr(GROUND, "unaffected", lambda self, said: () if said.says == "ranges" else real(self, said))

    assert next(fast_differing((one,) for one in every_statement(FEW)), None) is not None


@pytest.mark.parametrize("swapped", [(State.YES, State.NO), (State.NO, State.UNKNOWN), (State.YES, State.UNKNOWN)])
def test_states_that_are_confused_are_caught(
    monkeypatch: pytest.MonkeyPatch, patterns: list[Sequence[Said]], swapped: tuple[State, State]
) -> None:
    real = verdict.state
    confused = dict([swapped, swapped[::-1]])
    monkeypatch.setattr(verdict, "state", lambda known, point: confused.get(found := real(known, point), found))

    assert next(wrong_verdicts(patterns, every=20), None) is not None


@pytest.mark.parametrize("always", [True, False])
def test_a_cure_that_is_confused_is_caught(
    monkeypatch: pytest.MonkeyPatch, patterns: list[Sequence[Said]], always: bool
) -> None:
    monkeypatch.setattr(verdict, "_was_cured", lambda *_: always)

    assert next(wrong_verdicts(patterns, every=20), None) is not None
