"""What a Sigma correlation asks for, in our own words; what is not supported is refused.

Absence is not in Sigma 2.1. It is read in the shape that the next version is to have (sigma-specification#198): a
temporal correlation whose condition names rules with ``and`` and ``not``.
"""

from collections.abc import Mapping
from typing import Any, Final

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionNOT,
    SigmaCorrelationCondition,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from ingest.engine.detectors.broken import broken
from ingest.engine.detectors.model import Correlation, Kind, Operator

KINDS: Final[dict[str, Kind]] = {
    "event_count": "event_count",
    "value_count": "value_count",
    "temporal": "temporal",
    "temporal_ordered": "temporal_ordered",
}
KEYS: Final = frozenset({"type", "rules", "group-by", "timespan", "aliases", "condition", "generate"})
OPERATORS: Final[dict[str, Operator]] = {
    "gte": "gte",
    "gt": "gt",
    "lte": "lte",
    "lt": "lt",
    "eq": "eq",
    "neq": "neq",
}
MOST_COUNT: Final = 1_000_000
MOST_SECONDS: Final = 366 * 86_400


def read_correlation(rule: SigmaCorrelationRule, numbers: Mapping[int, int], where: str) -> Correlation:
    """A correlation of line rules; ``numbers`` are theirs, by the identity of pySigma's objects."""
    where = f"{where}, correlation"
    given: dict[str, Any] = rule.custom_attributes["correlation"]
    if unknown := sorted(map(str, set(given) - KEYS)):
        raise broken(where, f"the key “{unknown[0]}” is not known", f"use {', '.join(sorted(KEYS))}")
    word = rule.type.name.lower()
    if word not in KINDS:
        raise broken(f"{where}, type", f"{word} is not supported", f"use one of {', '.join(KINDS)}")
    kind = KINDS[word]
    references = {reference.reference: _number(reference, numbers, where) for reference in rule.referenced_rules}
    if len(references) < len(rule.referenced_rules):
        raise broken(f"{where}, rules", "a rule is named twice", "use event_count to ask for several matches of it")
    if rule.timespan.seconds > MOST_SECONDS:
        raise broken(f"{where}, timespan", "it is longer than a year", "no log that is read at once covers more")
    present, absent = list(references), list[str]()
    operator, count, values = "gte", 0, list[str]()
    condition = rule.condition
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        present, absent = _named(condition, list(references), f"{where}, condition")
        count = len(present)
    else:
        operator, count, values = _counted(condition, kind, len(present), f"{where}, condition")
    _check_number(kind, len(present), len(absent), where)
    return Correlation(
        kind=kind,
        rules=tuple(references[name] for name in present),
        absent=tuple(references[name] for name in absent),
        groups=_groups(rule, {name: references[name] for name in (*present, *absent)}, where),
        seconds=rule.timespan.seconds,
        operator=OPERATORS[operator],
        count=count,
        values=tuple(values),
    )


def _number(reference: SigmaRuleReference, numbers: Mapping[int, int], where: str) -> int:
    if isinstance(reference.rule, SigmaCorrelationRule):
        cure = "correlate the rules themselves"
        raise broken(f"{where}, rules", f"“{reference.reference}” is a correlation, which is not supported", cure)
    return numbers[id(reference.rule)]


def _check_number(kind: Kind, present: int, absent: int, where: str) -> None:
    if not present:
        raise broken(f"{where}, condition", "it names no rule that must match", "begin with a rule that does")
    if kind in {"temporal", "temporal_ordered"} and present + absent < 2:
        raise broken(f"{where}, rules", f"{kind} is about two rules or more", "name them all")


def _named(condition: SigmaExtendedCorrelationCondition, order: list[str], where: str) -> tuple[list[str], list[str]]:
    """The rules that must match and those that must not, of a condition that joins them by ``and``."""
    tree = condition.parsed
    parts = list(_conjuncts(tree, where))
    present = [part.reference for part in parts if isinstance(part, SigmaRuleReference)]
    absent = []
    for part in parts:
        if isinstance(part, CorrelationConditionNOT):
            inner = part.args[0]
            if not isinstance(inner, SigmaRuleReference):
                raise broken(where, "“not” stands before more than one rule", "write “not” before each rule by itself")
            absent.append(inner.reference)
    if set(present) & set(absent):
        raise broken(where, "a rule is to match and not to match", "name each rule once")
    return [name for name in order if name in present], [name for name in order if name in absent]


def _conjuncts(node: Any, where: str) -> Any:
    if isinstance(node, CorrelationConditionAND):
        for one in node.args:
            yield from _conjuncts(one, where)
    elif isinstance(node, SigmaRuleReference | CorrelationConditionNOT):
        yield node
    else:
        raise broken(where, "“or” is not supported", "write a detector for each alternative")


def _counted(condition: SigmaCorrelationCondition, kind: Kind, rules: int, where: str) -> tuple[str, int, list[str]]:
    operator, count = condition.op.name.lower(), condition.count
    if count != int(count) or not 0 <= count <= MOST_COUNT:
        raise broken(where, f"“{count}” is no number of 0 to {MOST_COUNT}", "count whole lines or values")
    count = int(count)
    if (operator, count) in {("gte", 0), ("lt", 0), ("lt", 1), ("lte", 0), ("eq", 0), ("neq", 0)}:
        raise broken(where, f"“{operator}: {count}” holds always or never", "of no line there is no window to count in")
    if condition.percentile is not None:
        raise broken(f"{where}, percentile", "this is not supported", "leave it out")
    fields = condition.fieldref or []
    values = [fields] if isinstance(fields, str) else list(fields)
    if kind == "value_count":
        if not values or not all(_is_name(value) for value in values):
            raise broken(f"{where}, field", "it is no name of a field", "name the field whose values are counted")
    elif values:
        raise broken(f"{where}, field", f"{kind} counts no field's values", "leave it out, or use value_count")
    if kind in {"temporal", "temporal_ordered"}:
        if operator == "gt":
            operator, count = "gte", count + 1
        if operator == "eq" and count == rules:
            operator = "gte"
        if operator != "gte" or not 1 <= count <= rules or (kind == "temporal_ordered" and count != rules):
            cure = "leave it out: then all rules must match" if kind == "temporal_ordered" else f"use gte: 1 to {rules}"
            raise broken(where, f"“{operator}: {count}” is not supported for {kind}", cure)
    return operator, count, values


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _groups(rule: SigmaCorrelationRule, names: dict[str, int], where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each field of ``group-by`` its name in each line rule (by number; rules that are not named have "")."""
    aliases: dict[str, dict[str, str]] = {}
    for given in rule.aliases:
        aliases[given.alias] = {reference.reference: field for reference, field in given.mapping.items()}
    for alias, mapping in aliases.items():
        if unknown := sorted(set(mapping) - set(names)):
            raise broken(
                f"{where}, aliases, {alias}", f"“{unknown[0]}” is not among its rules", "name it as rules does"
            )
    if unused := sorted(set(aliases) - set(rule.group_by or [])):
        raise broken(f"{where}, aliases", f"“{unused[0]}” is not used", "name it in group-by, or leave it out")
    groups = []
    for name in rule.group_by or []:
        fields = [""] * (max(names.values()) + 1)
        for reference, number in names.items():
            field = aliases.get(name, {}).get(reference, "" if name in aliases else name)
            if not _is_name(field):
                raise broken(f"{where}, aliases, {name}", f"it has no field for “{reference}”", "name one")
            fields[number] = field
        groups.append((name, tuple(fields)))
    return tuple(groups)
