"""Making departments and putting people into them."""

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Department, Membership, Role, User
from common.rows import fetch

# The ORM has no UPDATE … RETURNING.
_COUNT_ON = (
    "UPDATE accounts_department SET last_case_number = last_case_number + 1 WHERE id = %s RETURNING last_case_number"
)


@transaction.atomic
def create_department(*, name: str, code: str) -> Department:
    """Make a department whose cases are numbered CODE-0001, CODE-0002, …"""
    slug = slugify(name) or code.lower()
    department = Department(name=name, slug=slug, code=code)
    department.full_clean()
    department.save()
    return department


def set_membership(*, user: User, department: Department, role: str) -> Membership:
    """Put a person into a department, or change the role there."""
    membership, _ = Membership.objects.update_or_create(
        user=user, department=department, defaults={"role": Role(role).value}
    )
    return membership


def next_case_number(department: Department) -> int:
    """Count a department's cases on, and return the new number. Rivals wait for each other's transaction."""
    ((number,),) = fetch(_COUNT_ON, [department.pk])
    return int(number)
