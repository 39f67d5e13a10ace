"""People, departments and tokens; one noun a file."""

from accounts.models.department import Department, Membership, Role
from accounts.models.token import ApiToken, TokenScope, token_digest
from accounts.models.user import User

__all__ = ["ApiToken", "Department", "Membership", "Role", "TokenScope", "User", "token_digest"]
