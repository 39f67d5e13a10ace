"""Written-out SQL finds what the ORM finds; only look-ups by a key are kept planned, and never out of date."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from accounts.models import User
from common.errors import NotVisible
from common.rows import columns_of, fetch, look_up, split
from kb.models import Party, PartyKind, Product
from tests.conftest import Person
from tickets.access import get_case, visible_cases
from tickets.services.cases import open_case


def prepared() -> set[str]:
    """Return the statements that the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {text for (text,) in cursor.fetchall()}


def test_a_row_is_the_same_as_by_the_orm(alice: Person) -> None:
    (found,) = look_up(User, "email = %s", [alice.user.email])
    assert found == alice.user
    assert {name: getattr(found, name) for name in ("name", "email", "password", "time_zone", "is_active")} == {
        name: getattr(alice.user, name) for name in ("name", "email", "password", "time_zone", "is_active")
    }


def test_a_row_that_was_not_joined_is_none(alice: Person) -> None:
    sql = (
        f"SELECT {columns_of(User, 'person')}, {columns_of(Product, 'product')} FROM accounts_user AS person "
        "LEFT JOIN kb_product AS product ON false WHERE person.id = %s"
    )
    ((row),) = fetch(sql, [alice.user.pk])
    assert split(row, User, Product) == [alice.user, None]


def test_only_what_finds_by_a_key_is_kept_planned(alice: Person) -> None:
    look_up(Product, "slug = %s", ["kept-for-the-test"])
    assert list(User.objects.filter(name__icontains="searched-for-the-test")) == []
    kept = prepared()
    assert any("kb_product" in text for text in kept)
    assert not any("UPPER" in text for text in kept)


@pytest.mark.django_db(transaction=True)
def test_a_column_added_meanwhile_is_no_error(alice: Person) -> None:
    for _ in range(7):  # planned for good after five
        look_up(User, "id = %s", [alice.user.pk])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ADD COLUMN for_the_test integer")
    try:
        assert look_up(User, "id = %s", [alice.user.pk]) == [alice.user]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_user DROP COLUMN for_the_test")


def test_a_case_by_its_reference_is_one_of_the_visible_ones(alice: Person, charlie: Person) -> None:
    vendor = Party.objects.create(slug="maker", name="Maker", kind=PartyKind.VENDOR)
    product = Product.objects.create(slug="widget", name="Widget", vendor=vendor)
    refs = [
        open_case(
            department=person.department, author=person.user, title="Spam", kind="defect", product=wanted, release="1"
        ).ref
        for person, wanted in ((alice, product), (alice, None), (charlie, product))
    ]
    related = ("department", "product", "assignee", "created_by")
    for person in (alice, charlie):
        seen = {case.ref: case for case in visible_cases(person.principal).select_related(*related)}
        assert seen
        for ref in refs:
            if ref not in seen:
                with pytest.raises(NotVisible):
                    get_case(person.principal, ref)
                continue
            found = get_case(person.principal, ref)
            names = [field.attname for field in type(found)._meta.concrete_fields]
            assert [getattr(found, name) for name in names] == [getattr(seen[ref], name) for name in names]
            assert [getattr(found, name) for name in related] == [getattr(seen[ref], name) for name in related]


def test_a_session_that_is_over_or_of_a_disabled_person_lets_nobody_in(alice: Person) -> None:
    client = alice.client
    assert client.get("/cases/").status_code == 200
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    assert client.get("/cases/").status_code == 302
    User.objects.filter(pk=alice.user.pk).update(is_active=True)
    client = alice.client
    assert client.get("/cases/").status_code == 200
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    assert client.get("/cases/").status_code == 302
