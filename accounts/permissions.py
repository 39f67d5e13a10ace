"""The API's door: a token is needed, and one of the scope `write` for anything but reading."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import TokenScope as Scope
from accounts.principal import Principal


class TokenScope(BasePermission):
    """Lets a principal in whose token's scope covers the method. A view that only asks (`asks_only`) needs `read`."""

    message = "This token may only read. Make one of the scope write on your account's page."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the request may go on."""
        if not isinstance(request.user, Principal):
            return False
        asks = request.method in SAFE_METHODS or getattr(view, "asks_only", False)
        return asks or request.user.scope == Scope.WRITE


def asker(request: Request) -> Principal:
    """Return who asks over the API. The permission class has let nobody else in."""
    if not isinstance(request.user, Principal):
        raise TypeError("This view has no token permission: the door was left open.")
    return request.user
