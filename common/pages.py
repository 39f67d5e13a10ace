"""A page of a list on screen: 25 rows, a count of constant cost, links that keep the filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from common.counts import bounded_count

PAGE_SIZE = 25
PAGE_LIMIT = 100_000
NEIGHBOURS = 1

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page, and where it stands in its list. `exact` False: there are more than `count`."""

    rows: Sequence[Row]
    number: int
    count: int
    exact: bool
    size: int
    has_next: bool

    @property
    def first(self) -> int:
        """The place of the first row, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.first + len(self.rows) - 1

    @property
    def is_only(self) -> bool:
        """Whether there is no other page."""
        return self.number == 1 and not self.has_next

    @property
    def numbers(self) -> list[int | None]:
        """The page numbers to offer; None stands for those left out."""
        known = -(-self.count // self.size) if self.exact else self.number + int(self.has_next)
        wanted = {1, *range(self.number - NEIGHBOURS, self.number + NEIGHBOURS + 1)} | (
            {known} if self.exact else set()
        )
        shown: list[int | None] = []
        for candidate in sorted(one for one in wanted if 1 <= one <= known):
            if shown and candidate != (shown[-1] or 0) + 1:
                shown.append(None)
            shown.append(candidate)
        return shown


def page_number(raw: str | None) -> int:
    """Return the page asked for; what is no number is the first."""
    if raw and raw.isascii() and raw.isdecimal():
        return min(max(int(raw[:9]), 1), PAGE_LIMIT)
    return 1


def page_of(
    queryset: QuerySet[Row], raw: str | None, *, size: int = PAGE_SIZE, counted: tuple[int, bool] | None = None
) -> Page[Row]:
    """Return a page of an ordered query; a page beyond the end is the last one. Two queries, one where counted."""
    count, exact = counted or bounded_count(queryset)
    number = page_number(raw)
    if exact:
        number = min(number, max(-(-count // size), 1))
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1]) if count else []
    return Page(rows=rows[:size], number=number, count=count, exact=exact, size=size, has_next=len(rows) > size)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list as the address has it: `updated`, `-updated`."""

    key: str
    expressions: tuple[Any, ...]


def order_of(raw: str | None, columns: Mapping[str, Any], *, default: str) -> Order:
    """Return the order asked for, or the default. `columns` maps names to expressions that sort ascending."""
    key = raw if raw and raw.removeprefix("-") in columns else default
    expression, down = columns[key.removeprefix("-")], key.startswith("-")
    return Order(key=key, expressions=(expression.desc() if down else expression.asc(), "-pk" if down else "pk"))
