"""Errors that services raise and doors translate: one place decides which answer each of them becomes."""

from collections.abc import Mapping


class DomainError(Exception):
    """Something a caller asked for cannot be done; the message names the place and the cure.

    `fields` maps a field's name to what is wrong with it, `candidates` to what may have been meant; `code` is a stable
    word for programs.
    """

    status = 400
    code = "invalid"
    title = "This cannot be done"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})
        self.candidates: dict[str, list[str]] = {}
        if code is not None:
            self.code = code


class Invalid(DomainError):
    """The input does not hold together; nothing was changed."""

    title = "The input is not valid"

    @classmethod
    def field(cls, name: str, message: str, *, code: str = "invalid") -> "Invalid":
        """Return the error for a single field."""
        return cls(message, fields={name: message}, code=code)

    def with_candidates(self, name: str, candidates: list[str]) -> "Invalid":
        """Return the error with what may have been meant in a field."""
        self.candidates[name] = candidates
        return self


class NotVisible(DomainError):
    """Not there, or not for the reader: both read the same, so that nothing leaks."""

    status = 404
    code = "not_found"
    title = "Nothing here that you may see"

    def __init__(self, detail: str = "Nothing here that you may see.") -> None:
        super().__init__(detail)


class Forbidden(DomainError):
    """The reader sees the thing, but may not do this to it."""

    status = 403
    code = "forbidden"
    title = "You may not do this"


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done, or somebody else does it now."""

    status = 409
    code = "conflict"
    title = "This conflicts with something else"

    @classmethod
    def taken(cls, detail: str) -> "Conflict":
        """Return the refusal of a name that is used already."""
        return cls(detail, fields={"name": detail}, code="taken")


class Outdated(DomainError):
    """The thing is not as the caller saw it: what somebody else wrote since would be overwritten."""

    status = 412
    code = "outdated"
    title = "Changed by somebody else"


class KeyReused(DomainError):
    """An Idempotency-Key came again with another body."""

    status = 422
    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used for another request"


class TooLarge(DomainError):
    """More bytes than are taken."""

    status = 413
    code = "too_large"
    title = "Too large"


class Busy(DomainError):
    """All places are taken for the moment; try again."""

    status = 503
    code = "busy"
    title = "Busy"
    retry_after = 5


class DiskFull(DomainError):
    """The store has no room left; nothing of the file is kept."""

    status = 507
    code = "disk_full"
    title = "No room left"

    def __init__(self) -> None:
        super().__init__("The evidence store is full. Nothing was stored; make room, then send it again.")
