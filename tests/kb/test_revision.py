"""What a check remembers of a product is never out of date: whatever changes something gives it a new revision."""

import copy
from collections.abc import Callable

import pytest
from django.db import connection

from kb.models import IssueReach, IssueSpans, KnownIssue, Release, Source
from kb.queries.candidates import find_candidates
from kb.queries.catalogue import catalogue_of
from kb.queries.upgrade_check import ask
from kb.services.catalogue import create_release, record_precedent, set_upgrade_path
from kb.services.spans import prefix_of
from tests.support.knowledge import Widget, days_ago

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[Widget], object]] = {
    "a release": lambda widget: create_release(product=widget.product, version="1.0.2"),
    "a day": lambda widget: Release.objects.filter(version="1.0.1").update(released=days_ago(1)),
    "a release that goes": lambda widget: Release.objects.filter(version="1.0.1").delete(),
    "a source": lambda widget: Source.objects.update(covers=[]),
    "the path": lambda widget: set_upgrade_path(product=widget.product, author=None, stations=[["1.0.1"]]),
    "an issue": lambda widget: widget.seen("1.0.0"),
    "a precedent": lambda widget: record_precedent(
        product=widget.product, author=None, from_version="1.0.0", to_version="1.0.1", outcome="Well"
    ),
    "the product": lambda widget: type(widget.product).objects.update(path_needed=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_seen_by_the_next_question(change: str) -> None:
    widget = Widget()
    before = catalogue_of(widget.product)
    assert catalogue_of(widget.product) is before

    CHANGES[change](widget)

    assert catalogue_of(widget.product).revision != before.revision


def test_a_product_saved_from_an_old_copy_brings_nothing_outdated_back() -> None:
    widget = Widget()
    old = copy.copy(widget.product)
    before = catalogue_of(widget.product)
    create_release(product=widget.product, version="1.0.2")

    old.revision = before.revision
    old.save()

    assert ask(widget.product, "1.0.0", "1.0.2").question.target.known


def test_the_ranges_that_are_asked_by_index_are_those_of_the_issue() -> None:
    widget = Widget(versions=("1.0.0", "1.0.1", "1.0.2"))
    issue = widget.listed("1.0.1", "1.0.1")
    widget.seen("1.0.2")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH reach AS (SELECT issue_id, affected, range_agg(kb_keyrange(lo, hi)) AS spans"
            " FROM kb_issuereach GROUP BY issue_id, affected) SELECT count(*) FROM kb_issuespans s"
            " WHERE s.affected IS DISTINCT FROM"
            " (SELECT spans FROM reach r WHERE r.issue_id = s.issue_id AND r.affected)"
            " OR s.possible IS DISTINCT FROM"
            " (SELECT spans FROM reach r WHERE r.issue_id = s.issue_id AND NOT r.affected)"
        )
        assert cursor.fetchone() == (0,)
    assert IssueReach.objects.filter(issue=issue).exists()

    IssueSpans.objects.filter(issue=issue).delete()

    (everywhere,) = IssueReach.objects.filter(issue=issue)
    prefix = prefix_of(issue.product_id)
    assert not everywhere.affected
    assert (everywhere.lo, everywhere.hi) == (prefix, f"{prefix}~")


@pytest.mark.parametrize("kind", ["behaviour_change", "notice", "defect"])
def test_what_has_no_spans_is_looked_at_in_every_check(kind: str) -> None:
    widget = Widget()
    issue = KnownIssue.objects.create(ref="ZR-2026-9999", slug="bare", product=widget.product, kind=kind, title="Bare")
    asked = ask(widget.product, "1.0.0", "1.0.1")
    assert [row.id for row in find_candidates(asked.product, asked.question)] == [issue.pk]
    issue.delete()
    assert not IssueReach.objects.exists()
