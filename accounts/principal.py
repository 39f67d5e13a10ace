"""Who asks, and with which rights: the one thing every object rule takes. Made in one query."""

from dataclasses import dataclass, field
from functools import cached_property

from accounts.models import ApiToken, Department, Membership, Role, TokenScope, User
from common.errors import Forbidden, Invalid
from common.rows import look_up

WRITING_ROLES = frozenset({Role.OPERATOR, Role.MANAGER})


@dataclass(frozen=True)
class Principal:
    """A person, through a page or a token. `roles` maps a department's id to the role in it."""

    user: User
    roles: dict[int, str]
    scope: str = TokenScope.WRITE
    token: ApiToken | None = field(default=None, compare=False)

    is_authenticated = True  # what Django and DRF ask of a user

    @property
    def pk(self) -> int:
        """The person's id."""
        return self.user.pk

    @property
    def principal_key(self) -> str:
        """A stable name of who asks, for stored answers."""
        return f"user:{self.user.pk}"

    @cached_property
    def department_ids(self) -> list[int]:
        """The departments that the person belongs to."""
        return sorted(self.roles)

    def may_write(self, department_id: int) -> bool:
        """Whether the person may change what this department owns."""
        return self.scope == TokenScope.WRITE and self.roles.get(department_id) in WRITING_ROLES

    def may_manage(self, department_id: int) -> bool:
        """Whether the person may share what this department owns."""
        return self.scope == TokenScope.WRITE and self.roles.get(department_id) == Role.MANAGER

    @property
    def may_write_anywhere(self) -> bool:
        """Whether the person may change what all departments use together (parties, products)."""
        return any(self.may_write(department_id) for department_id in self.roles)

    def require_write_anywhere(self) -> None:
        """Raise Forbidden for a reader, or for a token of the scope `read`."""
        if not self.may_write_anywhere:
            raise Forbidden("This needs the role of an operator in a department, and a token of the scope write.")

    def department_to_write(self, slug: str | None) -> Department:
        """Return the department that a new thing will belong to.

        `slug` None is the first department in which the person may write. A department that the person does
        not belong to reads the same as one that does not exist.
        """
        self.require_write_anywhere()
        writable = [pk for pk in self.department_ids if self.may_write(pk)]
        chosen = [writable[:1]] if slug is None else [writable, slug]
        found = look_up(Department, "id = ANY(%s)" if slug is None else "id = ANY(%s) AND slug = %s", chosen)
        if not found:
            raise Invalid.field("department", f"You may not write in a department {slug!r}.", code="unknown")
        return found[0]


def principal_of(user: User) -> Principal:
    """Return the principal of a person who logged in on the pages."""
    roles = {member.department_id: member.role for member in look_up(Membership, "user_id = %s", [user.pk])}
    return Principal(user=user, roles=roles)
