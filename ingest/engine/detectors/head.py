"""What a detector says of itself: its names, how bad it is, what it belongs to, and the logs that prove it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from ingest.engine.detectors.broken import broken
from ingest.engine.detectors.model import LEVELS, Samples
from ingest.engine.findings import DATES

NAME: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
NAME_LENGTH: Final = 40  # of a rule's name in the cases
KEYS: Final = frozenset({"issue", "matches", "misses"})
MOST_SAMPLES: Final = 50
ISSUE_LENGTH: Final = 80


def read_head(rule: SigmaRule | SigmaCorrelationRule, where: str) -> dict[str, Any]:
    """The fields of `Detector` that the rule itself says. Raises `BrokenDetector`."""
    if rule.id is None:
        raise broken(f"{where}, id", "it is missing", "a detector keeps its UUID when its name or text changes")
    if rule.name is None:
        raise broken(f"{where}, name", "it is missing", "findings name the rule by it: refused-and-delivered, say")
    if len(rule.name) > NAME_LENGTH or not NAME.fullmatch(rule.name):
        cure = f"use small letters, digits, “-” and “_”, {NAME_LENGTH} characters at most"
        raise broken(f"{where}, name", f"“{rule.name[:80]}” cannot be the name of a rule", cure)
    if rule.name in DATES:
        raise broken(f"{where}, name", f"“{rule.name}” is a rule of the program itself", "choose another name")
    if rule.level is None:
        raise broken(f"{where}, level", "it is missing", f"use one of {', '.join(LEVELS)}")
    date = rule.modified or rule.date
    if date is None:
        raise broken(f"{where}, date", "it is missing", "a finding names the date of its rule")
    attributes = _attributes(rule, where)
    return {
        "id": str(rule.id),
        "name": rule.name,
        "title": rule.title,
        "description": rule.description or "",
        "severity": LEVELS[str(rule.level)],
        "issue": _issue(attributes, where),
        "date": date.isoformat()[:10],
        "samples": Samples(_logs(attributes, "matches", where), _logs(attributes, "misses", where)),
    }


def _attributes(rule: SigmaRule | SigmaCorrelationRule, where: str) -> Mapping[str, Any]:
    given = rule.custom_attributes.get("zenrei")
    if not isinstance(given, dict):
        cure = "give the logs that it must and must not find: zenrei: {matches: […], misses: […]}"
        raise broken(f"{where}, zenrei", "it is missing, or no mapping", cure)
    if unknown := sorted(map(str, set(given) - KEYS)):
        raise broken(f"{where}, zenrei", f"the key “{unknown[0]}” is not known", f"use {', '.join(sorted(KEYS))}")
    return given


def _issue(attributes: Mapping[str, Any], where: str) -> str | None:
    issue = attributes.get("issue")
    if issue is not None and (not isinstance(issue, str) or not 0 < len(issue) <= ISSUE_LENGTH):
        raise broken(f"{where}, zenrei, issue", "it is no known issue's name", "write its slug or reference")
    return issue


def _logs(attributes: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    logs = attributes.get(key)
    if not isinstance(logs, list) or not logs or not all(isinstance(log, str) and log.strip() for log in logs):
        cure = "each is a log of one line or more (| in YAML keeps lines)"
        raise broken(f"{where}, zenrei, {key}", "it is no list of texts with at least one in it", cure)
    if len(logs) > MOST_SAMPLES:
        raise broken(f"{where}, zenrei, {key}", f"it has more than {MOST_SAMPLES}", "keep those that tell something")
    return tuple(logs)
