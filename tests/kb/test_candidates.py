"""The indexed statement of the check never leaves out an issue that the tables of verdicts would list."""

import itertools
import random
from typing import Any

import pytest

from accounts.models import User
from accounts.principal import Principal
from kb.conditions.facts import read_facts
from kb.models import IssueSpans, KnownIssue, Product, Release
from kb.queries.candidates import find_candidates
from kb.queries.upgrade_check import ask, upgrade_check
from kb.services.catalogue import change_release, create_release, create_source
from kb.services.issues import create_issue
from kb.services.parties import create_party
from kb.services.products import create_product
from kb.services.spans import refresh_all, refresh_spans
from kb.services.statements import NewStatement
from kb.upgrade.question import Question
from kb.upgrade.stored import from_json
from kb.upgrade.verdict import judge_issue, state
from tests.support.knowledge import Widget, days_ago
from tests.upgrade import naive
from tests.upgrade.naive import WORLD, Said
from tests.upgrade.world import POINTS, every_statement, text_of

pytestmark = pytest.mark.django_db
SAID = random.Random(20).sample(list(itertools.combinations(every_statement(), 2)), 150)
MOVES = [
    (start, target, hops)
    for start, target in itertools.product(WORLD, repeat=2)
    for hops in [(), *((hop,) for hop in WORLD if min(start, target) <= hop <= max(start, target))]
]


@pytest.fixture
def product() -> Product:
    """A product with every version of the small world in its catalogue."""
    product = create_product(name="Widget", vendor=create_party(name="Acme", kind="vendor"))
    for version in WORLD:
        create_release(product=product, version=text_of(version), released=days_ago(400))
    return product


def record(product: Product, said: tuple[Said, ...]) -> KnownIssue:
    """Record an issue about which this is said; confirmations are left out."""
    source = product.sources.first() or create_source(
        product=product, title="Notes", kind="vendor", published=days_ago(10)
    )
    statements = [
        NewStatement(
            one.says,
            version=text_of(one.version) if one.version else "",
            ranges=[{"from": text_of(first), "to": text_of(last)} for first, last in one.ranges],
            lists_all=one.lists_all,
            source=source,
        )
        for one in said
        if one.says != "confirmed"
    ]
    return create_issue(
        product=product, author=None, department=None, kind="defect", title="Fan", statements=statements
    )


def test_stored_states_are_those_of_the_contract_at_every_release(product: Product) -> None:
    for said in SAID:
        if any(one.says == "confirmed" for one in said):
            continue
        known = from_json(record(product, said).spans.pieces).known
        stored = {version: str(state(known, point)) for version, point in POINTS.items()}
        assert stored == naive.states(said), said


def test_no_issue_that_would_be_listed_is_left_out(product: Product) -> None:
    for said in SAID:
        record(product, said)
    stored = {spans.issue_id: from_json(spans.pieces) for spans in IssueSpans.objects.all()}
    rows = {issue: (one.known, one.statements) for issue, one in stored.items()}
    for start, target, hops in random.Random(21).sample(MOVES, 150):
        points = [POINTS[version] for version in (start, *hops, target)]
        question = Question(points[0], points[-1], tuple(points[1:-1]))
        listed = {issue for issue, (known, said) in rows.items() if judge_issue(known, said, question)}
        found = {row.id for row in find_candidates(product, question)}
        assert listed <= found
        assert all(judge_issue(*rows[issue], question) is None for issue in rows.keys() - found)


def test_a_release_that_is_recorded_later_is_judged_by_what_was_said_before(product: Product) -> None:
    """A list leaves out what was not out at its time: between two releases that it clears, a new one is unknown."""
    issue = record(product, (Said("ranges", ranges=(((1, 0, 0), (1, 0, 0)),), lists_all=True),))
    question = ask(product, "1.0.2", "1.0.3").question
    assert find_candidates(product, question) == []

    create_release(product=product, version="1.0.2.1")

    found = find_candidates(product, ask(product, "1.0.2", "1.0.2.1").question)
    assert [row.id for row in found] == [issue.pk]
    assert find_candidates(product, question) == []
    before = IssueSpans.objects.get(issue=issue).possible
    refresh_all(product)
    assert IssueSpans.objects.get(issue=issue).possible == before


@pytest.mark.parametrize(("was", "now"), list(itertools.permutations((None, 21, 20, 19), 2)), ids=str)
def test_another_day_of_a_release_derives_what_it_changes_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, was: int | None, now: int | None
) -> None:
    """The source of the list is of twenty days ago: only a release that was out before it is cleared."""
    widget, derived = Widget(), []
    issue = widget.listed("1.0.0", "1.0.0")

    def noted(one: KnownIssue, numbers: Any = None) -> None:
        derived.append(one.pk)
        refresh_spans(one, numbers)

    def change(days: int | None) -> str:
        day = days_ago(days) if days else None
        change_release(release=Release.objects.get(version="1.0.1"), author=None, changes={"released": day})
        return str(IssueSpans.objects.get(issue=issue).possible)

    before = change(was)
    monkeypatch.setattr("kb.services.spans.refresh_spans", noted)
    after = change(now)

    assert bool(derived) is (before != after) is ((was == 21) is not (now == 21))
    refresh_all(widget.product)
    assert IssueSpans.objects.get(issue=issue).possible == after


def test_a_version_outside_the_catalogue_may_list_everything(product: Product) -> None:
    issue = record(product, (Said("introduced", (3, 0, 0)),))

    assert find_candidates(product, ask(product, "1.0.1", "1.0.2").question) == []
    assert [row.id for row in find_candidates(product, ask(product, "1.0.1", "1.0.9").question)] == [issue.pk]


def test_a_whole_list_clears_no_build_that_came_after_it(product: Product) -> None:
    create_release(product=product, version="1.0.2 build 9", released=days_ago(1))
    record(product, (Said("ranges", ranges=(((1, 0, 0), (1, 0, 0)),), lists_all=True),))

    assert find_candidates(product, ask(product, "1.0.1", "1.0.3").question) == []
    assert len(find_candidates(product, ask(product, "1.0.1", "1.0.2 build 9").question)) == 1
    assert len(find_candidates(product, ask(product, "1.0.1", "1.0.2").question)) == 1


def test_a_condition_over_versions_is_open_where_the_build_is_not_known(product: Product) -> None:
    issue = record(product, (Said("introduced", (1, 0, 2)),))
    issue.condition = {"version": ["firmware", "<", "1.0.2 build 9"]}
    issue.save()
    move = ask(product, "1.0.1", "1.0.2")

    answers = []
    for version in ("1.0.2", "1.0.2 build 8", "1.0.2 build 10"):
        (item,) = upgrade_check(Principal(user=User(), roles={}), move, read_facts({"firmware": version})).items
        answers.append(item.condition and item.condition.result)
    assert answers == [None, True, False]


def test_a_list_of_facts_is_never_cut() -> None:
    with pytest.raises(ValueError, match="more than 500 values"):
        read_facts({"path": list(range(501))})


def test_an_issue_whose_spans_are_missing_is_not_left_out(product: Product) -> None:
    issue = record(product, (Said("introduced", (1, 0, 2)),))
    IssueSpans.objects.filter(issue=issue).delete()

    assert [row.id for row in find_candidates(product, ask(product, "1.0.1", "1.0.2").question)] == [issue.pk]
