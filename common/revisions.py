"""Which state of a thing somebody looked at, so that nobody overwrites what was written since."""

from common.errors import Outdated
from common.models import Timestamped

CHANGED_SINCE = "Somebody changed this since you looked at it. Look at it again, then change it."


def revision_of(row: Timestamped) -> str:
    """Return what tells one state of a row from another."""
    return f"{row.updated_at.timestamp():.6f}"


def require_unchanged(seen: str | None, revision: str, detail: str = CHANGED_SINCE) -> None:
    """Raise Outdated where a thing is not in the revision that was seen; None is any."""
    if seen is not None and seen != revision:
        raise Outdated(detail)
