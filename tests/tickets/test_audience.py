"""Who sees a case is kept by the database: no code path can forget it."""

import pytest
from django.db import connection

from accounts.models import Department
from tests.conftest import Person
from tickets.models import Case, CaseShare
from tickets.services.cases import open_case


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")


def audience(case: Case) -> list[int]:
    """Return who sees a case, as the database has it."""
    return Case.objects.values_list("audience", flat=True).get(pk=case.pk)


def share(case: Case, person: Person) -> CaseShare:
    """Share a case behind the services' back."""
    return CaseShare.objects.create(case=case, department=person.department, shared_by=person.user)


def test_it_begins_with_the_owner(case: Case, alice: Person) -> None:
    assert audience(case) == [alice.department.pk]


def test_whatever_is_written_there_it_is_worked_out(case: Case, alice: Person, charlie: Person) -> None:
    Case.objects.filter(pk=case.pk).update(audience=[charlie.department.pk])
    assert audience(case) == [alice.department.pk]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_case SET audience = '{}'")
    assert audience(case) == [alice.department.pk]


def test_a_share_adds_and_its_end_takes_away(case: Case, alice: Person, charlie: Person) -> None:
    shared = share(case, charlie)
    assert audience(case) == sorted([alice.department.pk, charlie.department.pk])
    shared.delete()
    assert audience(case) == [alice.department.pk]


def test_a_share_that_moves_moves_it(case: Case, alice: Person, charlie: Person) -> None:
    other = open_case(department=alice.department, author=alice.user, title="Ham", kind="defect")
    shared = share(case, charlie)
    shared.case = other
    shared.save()
    assert audience(case) == [alice.department.pk]
    assert charlie.department.pk in audience(other)


def test_a_case_that_changes_hands_is_seen_by_the_new_ones(case: Case, alice: Person, charlie: Person) -> None:
    Case.objects.filter(pk=case.pk).update(department=charlie.department)
    assert audience(case) == [charlie.department.pk]
    assert alice.api.get(f"cases/{case.ref}/").status_code == 404


def test_a_new_case_cannot_be_smuggled_to_others(alice: Person, charlie: Person) -> None:
    case = open_case(department=alice.department, author=alice.user, title="x", kind="defect")
    copy = Case(
        ref="CASE-0099",
        title="x",
        kind="defect",
        department=alice.department,
        opened_at=case.opened_at,
        created_by=alice.user,
        audience=list(Department.objects.values_list("pk", flat=True)),
    )
    copy.save()
    assert audience(copy) == [alice.department.pk]
