"""Departments and who belongs to them, in which role."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models.user import User


class Department(models.Model):
    """A department that owns cases. Its code begins the references of its cases: CASE-0001.

    `tells_of_cases` and `tells_of_issues`: whether others who ask the same are told *that* it has a case or an issue
    which they may not see; never which, nor how many.
    """

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    code = models.CharField(
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,7}$", "2 to 8 capital letters or digits, a letter first.")],
        help_text="Begins the references of the department's cases, which are numbered under it.",
    )
    last_case_number = models.PositiveIntegerField(default=0, editable=False)
    tells_of_cases = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Others who ask the same are told that there is such a case, and no more: not which, not how many.",
    )
    tells_of_issues = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Others who ask the same are told that there is a known issue that the department keeps to itself.",
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do in a department."""

    READER = "reader"
    OPERATOR = "operator"
    MANAGER = "manager"


class Membership(models.Model):
    """A person's place in a department."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.OPERATOR)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "department"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.department} ({self.role})"
