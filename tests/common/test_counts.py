"""A count costs the same however long the list is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import counts
from common.counts import bounded_count
from kb.models import Party, PartyKind

pytestmark = pytest.mark.django_db


def test_a_number_up_to_the_limit_is_exact_and_never_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "COUNT_LIMIT", 3)
    vendors = Party.objects.filter(kind=PartyKind.VENDOR, name__startswith="exact")
    for wanted in range(4):
        assert bounded_count(vendors) == (wanted, True)
        Party.objects.create(name=f"exact {wanted}", slug=f"exact-{wanted}", kind=PartyKind.VENDOR)
    assert bounded_count(vendors) == (3, False)


def test_that_there_are_more_is_found_out_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "COUNT_LIMIT", 1)
    for number in range(2):
        Party.objects.create(name=f"many {number}", slug=f"many-{number}", kind=PartyKind.VENDOR)
    vendors = Party.objects.filter(slug__startswith="many-")
    assert bounded_count(vendors) == (1, False)
    with CaptureQueriesContext(connection) as queries:
        assert bounded_count(vendors.select_related("department").order_by("name")) == (1, False)
        assert bounded_count(vendors.filter(slug="many-0")) == (1, True)
    assert len(queries) == 1


def test_a_query_that_cannot_find_anything_is_not_asked() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert bounded_count(Party.objects.none()) == (0, True)
    assert len(queries) == 0


def test_a_percent_sign_is_a_percent_sign() -> None:
    Party.objects.create(name="100 % sure", slug="sure", kind=PartyKind.VENDOR)
    assert bounded_count(Party.objects.filter(name__icontains="0 % s")) == (1, True)
