"""A file of Sigma to a detector: one rule, or one correlation with the rules that it is about.

pySigma reads rules, modifiers and correlations. What it lets pass and is not run here is refused with file, rule, key
and cure: of a rule that was read half, nobody would know what it found.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import re2
import yaml
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError, SigmaRegularExpressionError
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RE2RegexEngine, RegexPattern
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion

from ingest.engine.detectors.broken import BrokenDetector, broken
from ingest.engine.detectors.conditions import Compiler
from ingest.engine.detectors.correlations import read_correlation
from ingest.engine.detectors.fields import Fields
from ingest.engine.detectors.head import read_head
from ingest.engine.detectors.logsources import read_logsource
from ingest.engine.detectors.model import Detector, LineRule
from ingest.engine.detectors.patterns import REGEX_CURE

MOST_BYTES: Final = 256 * 1024
MOST_RULES: Final = 20
MOST_FILES: Final = 1000
CONDITION_LENGTH: Final = 2000
CONDITION_DEPTH: Final = 10
SUFFIXES: Final = frozenset({".yml", ".yaml"})
# What pySigma raises on input that is no rule at all, beside its own errors.
_ODD: Final = (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError, re2.error)


class _Quiet(RE2RegexEngine):
    """Tries expressions without a word on standard error."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        options = re2.Options()
        options.log_errors = False
        words = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))
        prefix = "".join(word for flag, word in words if flags & flag)
        found: RegexPattern = re2.compile(f"(?{prefix}){pattern}" if prefix else pattern, options)
        return found


POLICY: Final = SigmaPolicy(regex_engine=_Quiet())
SigmaRules = list[SigmaRule | SigmaCorrelationRule]


def load_detectors(path: Path) -> list[Detector]:
    """The detectors of a file, or of all ``.yml`` and ``.yaml`` files in a folder and below it.

    Raises `BrokenDetector` at the first that cannot be used.
    """
    detectors: list[Detector] = []
    names: dict[str, str] = {}
    for file in _files(path):
        try:
            with file.open("rb") as opened:
                text = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise BrokenDetector(f"{file}: it cannot be read: {error.strerror}") from error
        detector = load_detector(text, str(file))
        for word in (detector.name, detector.id):
            if word in names:
                raise broken(f"{file}, {word}", f"{names[word]} has the same", "give each detector its own name and id")
            names[word] = str(file)
        detectors.append(detector)
    return detectors


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not files:
        raise BrokenDetector(f"{path}: it holds no .yml or .yaml file: name a folder of detectors, or a file")
    if len(files) > MOST_FILES:
        raise BrokenDetector(f"{path}: it holds more than {MOST_FILES} files: name a smaller folder")
    return files


def load_detector(text: bytes, file: str) -> Detector:
    """The detector of a file. Its samples are not run yet (`samples.check_samples`)."""
    documents = _documents(text, file)
    if len(documents) > MOST_RULES:
        raise broken(file, f"it holds more than {MOST_RULES} rules", "one file holds one detector")
    rules = [_sigma_rule(document, f"{file}, {_called(document, n)}") for n, document in enumerate(documents, 1)]
    wheres = {
        id(rule): f"{file}, {_called(document, n)}" for n, (rule, document) in enumerate(_pairs(rules, documents), 1)
    }
    try:
        SigmaCollection(list(rules))  # resolves what correlations refer to
    except (SigmaError, *_ODD) as error:
        raise broken(file, _told(error), "a correlation names rules of its own file") from error
    output = _output(rules, file)
    line_rules = tuple(_line_rule(rule, wheres[id(rule)]) for rule in rules if isinstance(rule, SigmaRule))
    correlation = None
    if isinstance(output, SigmaCorrelationRule):
        numbers = {id(rule): n for n, rule in enumerate(rule for rule in rules if isinstance(rule, SigmaRule))}
        correlation = read_correlation(output, numbers, wheres[id(output)])
    head = read_head(output, wheres[id(output)])
    return Detector(file=file, rules=line_rules, correlation=correlation, **head)


def _pairs(rules: SigmaRules, documents: list[dict[str, Any]]) -> Iterator[tuple[Any, dict[str, Any]]]:
    return zip(rules, documents, strict=True)


def _documents(text: bytes, file: str) -> list[dict[str, Any]]:
    if len(text) > MOST_BYTES:
        raise broken(file, f"it has more than {MOST_BYTES // 1024} KiB", "one file holds one detector")
    try:
        found = list(yaml.load_all(text.decode(), SigmaYAMLLoader))  # a safe loader, which takes no key twice
        for document in found:
            check_alias_expansion(document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise broken(f"{file}{line}", f"it is no YAML: {getattr(error, 'problem', None) or error}") from error
    except (SigmaError, *_ODD) as error:
        raise broken(file, f"it is no YAML that can be used: {_told(error)}") from error
    documents = [document for document in found if document is not None]
    if not documents:
        raise broken(file, "it is empty", "write a Sigma rule")
    for number, document in enumerate(documents, 1):
        if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
            raise broken(f"{file}, document {number}", "it is no mapping of names", "write a Sigma rule")
    return documents


def _called(document: dict[str, Any], number: int) -> str:
    name = document.get("name") or document.get("title")
    return f"rule “{name}”" if isinstance(name, str) else f"rule {number}"


def _sigma_rule(document: dict[str, Any], where: str) -> SigmaRule | SigmaCorrelationRule:
    for key, cure in (
        ("filter", "put the condition into the rule itself"),
        ("action", "write each rule whole"),
    ):
        if key in document:
            raise broken(f"{where}, {key}", "this is not supported", cure)
    kind = SigmaCorrelationRule if "correlation" in document else SigmaRule
    if kind is SigmaRule:
        _check_detection(document, where)
    try:
        return kind.from_dict(document, policy=POLICY)
    except SigmaRegularExpressionError as error:
        raise broken(where, _told(error), REGEX_CURE) from error
    except (SigmaError, *_ODD) as error:
        raise broken(where, _told(error)) from error


def _check_detection(document: dict[str, Any], where: str) -> None:
    detection = document.get("detection")
    if not isinstance(detection, dict):
        raise broken(f"{where}, detection", "it is missing, or no mapping", "name selections and a condition")
    if "timeframe" in detection:
        raise broken(f"{where}, detection, timeframe", "Sigma 2 has no time in a rule", "write a correlation")
    conditions = detection.get("condition")
    for condition in conditions if isinstance(conditions, list) else [conditions]:
        if not isinstance(condition, str):
            raise broken(f"{where}, detection, condition", "it is missing, or no text", "name the selections")
        if len(condition) > CONDITION_LENGTH or condition.count("(") > CONDITION_DEPTH:
            raise broken(f"{where}, detection, condition", "it is too long or too deep", "make several rules of it")


def _output(rules: SigmaRules, file: str) -> SigmaRule | SigmaCorrelationRule:
    """The one rule of a file that findings are of."""
    correlations = [rule for rule in rules if isinstance(rule, SigmaCorrelationRule)]
    if any(rule.generate for rule in correlations):
        raise broken(f"{file}, correlation, generate", "one file gives one detector", "leave it out")
    referred = {id(reference.rule) for rule in correlations for reference in rule.referenced_rules}
    outputs = [rule for rule in rules if id(rule) not in referred]
    if len(outputs) != 1:
        names = ", ".join(f"“{rule.name or rule.title}”" for rule in outputs) or "none"
        cure = "give each a file of its own; only rules that a correlation refers to stand beside it"
        raise broken(file, f"it holds {len(outputs)} detectors ({names})", cure)
    return outputs[0]


def _line_rule(rule: SigmaRule, where: str) -> LineRule:
    logsource = read_logsource(_plain_logsource(rule), where)
    try:
        trees = tuple(condition.parsed for condition in rule.detection.parsed_condition)
    except (SigmaError, *_ODD) as error:
        raise broken(f"{where}, detection", _told(error)) from error
    compiler = Compiler(Fields(None), f"{where}, detection")
    for tree in trees:
        compiler.compile(tree)
    return LineRule(where, rule.name or str(rule.id or rule.title), logsource, trees, tuple(compiler.needs))


def _plain_logsource(rule: SigmaRule) -> dict[str, Any]:
    source = rule.logsource
    words = {"product": source.product, "service": source.service, "category": source.category}
    return {key: value for key, value in words.items() if value is not None} | (source.custom_attributes or {})


def _told(error: BaseException) -> str:
    """What an error says, in one clause."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    words = " ".join(str(error).split())[:300]
    return words if isinstance(error, SigmaError) else f"it is no rule as Sigma 2.1 has it ({words})"
