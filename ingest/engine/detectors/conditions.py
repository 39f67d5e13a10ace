"""A rule's condition as an expression over the table of events.

Sigma's own semantics: texts are compared without regard to case, values of a list are one of them, and a field that a
line does not have matches nothing. So ``not field: x`` holds for a line without that field: of two truths there is no
third here, and a negation never turns what is missing into "no match" of the whole rule.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
)

from ingest.engine.detectors.broken import broken
from ingest.engine.detectors.fields import Fields
from ingest.engine.detectors.patterns import expression, inside, whole
from ingest.engine.events.runtime import pl

MOST_LEAVES: Final = 2_000
MOST_DEPTH: Final = 60
TEXT: Final = pl.col("text")
Test = Callable[[pl.Expr], pl.Expr]


class Compiler:
    """Compiles the conditions of one rule. ``where`` is what an error names."""

    def __init__(self, fields: Fields, where: str) -> None:
        self._fields = fields
        self._where = where
        self._leaves = 0
        self._negated = False
        self.needs: dict[str, None] = {}  # fields without which nothing can match: those that are not negated

    def compile(self, node: Any, depth: int = 0) -> pl.Expr:
        """An expression that is true or false for every line, never null."""
        if depth > MOST_DEPTH:
            raise broken(self._where, f"it has more than {MOST_DEPTH} levels", "make several rules of it")
        if isinstance(node, ConditionNOT):
            self._negated = not self._negated
            inner = self.compile(self._only(node), depth + 1)
            self._negated = not self._negated
            return ~inner
        if isinstance(node, ConditionOR):
            return pl.any_horizontal(self._alternatives(node, depth))
        if isinstance(node, ConditionAND):
            return pl.all_horizontal([self.compile(one, depth + 1) for one in self._args(node)])
        if isinstance(node, ConditionFieldEqualsValueExpression):
            return self._field(node.field, node.value)
        if isinstance(node, ConditionValueExpression):
            return self._keyword(node.value)
        raise broken(self._where, "the condition is empty", "name a selection")

    def _args(self, node: ConditionItem) -> list[Any]:
        if not node.args or any(one is None for one in node.args):
            raise broken(self._where, "a part of the condition is empty", "give each selection a value")
        return list(node.args)

    def _only(self, node: ConditionItem) -> Any:
        return self._args(node)[0]

    def _alternatives(self, node: ConditionOR, depth: int) -> list[pl.Expr]:
        """Each alternative; plain texts of one field are one expression together, however many they are."""
        texts: dict[tuple[str, bool], list[SigmaString]] = defaultdict(list)
        rest = []
        for one in self._args(node):
            if isinstance(one, ConditionFieldEqualsValueExpression) and isinstance(one.value, SigmaString):
                texts[one.field, isinstance(one.value, SigmaCasedString)].append(one.value)
            else:
                rest.append(self.compile(one, depth + 1))
        return rest + [self._texts(field, values) for (field, _), values in texts.items()]

    def _leaf(self, field: str, test: Test) -> pl.Expr:
        """A test of a field's value, of one of them where it has several."""
        self._count()
        column = self._column(field)
        if self._fields.is_list(field):
            return column.list.eval(test(pl.element())).list.any().fill_null(value=False)
        return test(column).fill_null(value=False)

    def _column(self, field: str) -> pl.Expr:
        if not self._negated:
            self.needs[field] = None
        return self._fields.column(field)

    def _count(self) -> None:
        self._leaves += 1
        if self._leaves > MOST_LEAVES:
            raise broken(self._where, f"it compares more than {MOST_LEAVES} times", "list the values of one field")

    def _texts(self, field: str, values: list[SigmaString]) -> pl.Expr:
        pattern = whole(values, f"{self._where}, {field}")
        return self._leaf(field, lambda column: column.str.contains(pattern))

    def _field(self, field: str, value: Any) -> pl.Expr:
        where = f"{self._where}, {field}"
        if isinstance(value, SigmaString):
            return self._texts(field, [value])
        if isinstance(value, SigmaExpansion):
            return pl.any_horizontal([self._field(field, one) for one in value.values])
        if isinstance(value, SigmaNull):
            return ~self._fields.present(field)
        if isinstance(value, SigmaExists):
            return self._fields.present(field) if value.exists else ~self._fields.present(field)
        if isinstance(value, SigmaFieldReference):
            return self._reference(field, value)
        if isinstance(value, SigmaCIDRExpression) and self._fields.is_list(field):
            raise broken(where, "cidr asks for one address, and this field has several values", "use client_ip")
        return self._leaf(field, self._test(value, where))

    def _test(self, value: Any, where: str) -> Test:
        if isinstance(value, SigmaRegularExpression):
            pattern = expression(value, where)
            return lambda column: column.str.contains(pattern)
        if isinstance(value, SigmaCIDRExpression):
            return _in_network(value)
        if isinstance(value, SigmaCompareExpression):
            return _compared(value)
        if isinstance(value, SigmaBool):
            word = str(value.boolean).lower()
            return lambda column: column.str.to_lowercase() == word
        if isinstance(value, SigmaNumber) and not isinstance(value, SigmaTimestampPart):
            return _equal(value)
        raise broken(where, f"this comparison is not supported ({type(value).__name__})", "see docs/detectors.md")

    def _reference(self, field: str, value: SigmaFieldReference) -> pl.Expr:
        if self._fields.is_list(field) or self._fields.is_list(value.field):
            raise broken(f"{self._where}, {field}", "fieldref compares fields of one value", "see docs/detectors.md")
        self._count()
        one, other = (self._column(name).str.to_lowercase() for name in (field, value.field))
        if value.starts_with and value.ends_with:
            same = one.str.contains(other, literal=True)
        elif value.starts_with:
            same = one.str.starts_with(other)
        elif value.ends_with:
            same = one.str.ends_with(other)
        else:
            same = one == other
        return same.fill_null(value=False)

    def _keyword(self, value: Any) -> pl.Expr:
        """A word anywhere in the line, as it stands there."""
        self._count()
        where = f"{self._where}, keywords"
        if isinstance(value, SigmaExpansion):
            return pl.any_horizontal([self._keyword(one) for one in value.values])
        if isinstance(value, SigmaNumber) and not isinstance(value, SigmaTimestampPart):
            value = SigmaString.from_str(str(value.number))
        if isinstance(value, SigmaString):
            return TEXT.str.contains(inside(value, where)).fill_null(value=False)
        if isinstance(value, SigmaRegularExpression):
            return TEXT.str.contains(expression(value, where)).fill_null(value=False)
        raise broken(where, "it is neither a text nor a number", "name the field that it is the value of")


def _equal(value: SigmaNumber) -> Test:
    number = value.number
    kind: Any = pl.Int64 if isinstance(number, int) and abs(number) < 2**63 else pl.Float64
    return lambda column: (
        (column == str(number)) | (column.str.strip_chars().cast(kind, strict=False) == number).fill_null(value=False)
    )


def _compared(value: SigmaCompareExpression) -> Test:
    """What is no number compares with none."""
    number = float(value.number.number)

    def test(column: pl.Expr) -> pl.Expr:
        given = column.str.strip_chars().cast(pl.Float64, strict=False)
        return {
            CompareOperators.LT: given < number,
            CompareOperators.LTE: given <= number,
            CompareOperators.GT: given > number,
            CompareOperators.GTE: given >= number,
            CompareOperators.NEQ: given != number,
        }[value.op]

    return test


def _in_network(value: SigmaCIDRExpression) -> Test:
    network = value.network

    def is_inside(text: str) -> bool:
        """Whether a text is an address of the network."""
        try:
            return ipaddress.ip_address(text.strip("[] ")) in network
        except ValueError:
            return False

    def test(values: pl.Series) -> pl.Series:
        """Look at each address once, however often it stands there."""
        different = values.drop_nulls().unique().to_list()
        of_network = pl.Series([text for text in different if is_inside(text)], dtype=pl.String)
        return values.is_in(of_network).fill_null(value=False)

    return lambda column: column.map_batches(test, return_dtype=pl.Boolean)
