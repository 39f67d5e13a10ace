"""A file of a detector: what is refused, with file, rule, key and cure; what it carries is really run."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.engine.detectors.broken import BrokenDetector
from ingest.engine.detectors.loader import load_detector, load_detectors
from ingest.engine.detectors.samples import check_samples
from tests.engine.gateway import delivery, refusal
from tests.engine.sigma import HEAD, correlation, load, part, rule

A, B = part("a", {"x": "a"}), part("b", {"x": "b"})
PLAIN: dict[str, Any] = rule("s: {x: 1}\ncondition: s")
TEMPORAL = {"type": "temporal", "rules": ["a", "b"], "group-by": ["g"], "timespan": "10s"}


SUM = TEMPORAL | {"type": "value_sum", "condition": {"gte": 1, "field": "x"}}
COUNT = TEMPORAL | {"type": "event_count"}
BOMB = "x: &a0 [1,1,1,1]\n" + "".join(f"y{n}: &a{n} [{','.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 12))


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in PLAIN.items() if name != key}


def detection(item: str, condition: str = "s") -> dict[str, Any]:
    return rule(f"s:\n  {item}\ncondition: {condition}")


@pytest.mark.parametrize(
    ("given", "place", "why"),
    [
        (without("id"), "rule “a-rule”, id", "missing"),
        (without("name"), "name", "missing"),
        (PLAIN | {"name": "A Rule"}, "name", "cannot be the name"),
        (PLAIN | {"name": "a" * 41}, "name", "40 characters at most"),
        (PLAIN | {"name": "rejected-and-delivered"}, "name", "rule of the program itself"),
        (without("level"), "level", "use one of informational, low"),
        (PLAIN | {"level": "worst"}, "rule “a-rule”", "not a valid Sigma rule level"),
        (without("date"), "date", "missing"),
        (PLAIN | {"id": 5}, "rule “a-rule”", "no rule as Sigma 2.1 has it"),
        (without("zenrei"), "zenrei", "give the logs that it must and must not find"),
        (PLAIN | {"zenrei": {"matches": ["x"]}}, "zenrei, misses", "at least one"),
        (PLAIN | {"zenrei": {"matches": [], "misses": ["x"]}}, "zenrei, matches", "at least one"),
        (PLAIN | {"zenrei": HEAD["zenrei"] | {"match": ["x"]}}, "zenrei", "“match” is not known"),
        (without("detection"), "detection", "missing"),
        (PLAIN | {"detection": {"s": {"x": 1}}}, "detection, condition", "missing"),
        (PLAIN | {"detection": {"s": {"x": 1}, "condition": "t"}}, "detection", "'t' not defined"),
        (PLAIN | {"detection": {"s": {"x": 1}, "condition": "1 of t*"}}, "detection", "doesn't match any"),
        (PLAIN | {"detection": {"s": {"x": 1}, "condition": "s", "timeframe": "5m"}}, "timeframe", "correlation"),
        (PLAIN | {"detection": {"s": {"x": 1}, "condition": "s | count() > 5"}}, "detection", "pipe"),
        (PLAIN | {"detection": {"s": {}, "condition": "s"}}, "rule “a-rule”", "empty"),
        (PLAIN | {"logsource": {"product": "windows"}}, "logsource, product", "use one of cisco_esa"),
        (PLAIN | {"logsource": {"category": "proxy"}}, "logsource, category", "use mail"),
        (PLAIN | {"logsource": {"service": "x"}}, "logsource", "names no product"),
        (PLAIN | {"logsource": {"product": "json_lines", "host": "x"}}, "logsource", "“host” is not known"),
        (PLAIN | {"filter": {}}, "filter", "not supported"),
        (PLAIN | {"action": "global"}, "action", "write each rule whole"),
        (detection("x|unknown: 1"), "rule “a-rule”", "Unknown modifier"),
        (detection("x|re: '(?=a)'"), "rule “a-rule”", "no look-around"),
        (detection(r"x|re: '\p{Emoji}'"), "rule “a-rule”", ""),
        (detection(r"x|re: '(a)\1'"), "rule “a-rule”", "invalid"),
        (detection(r"x|re: '(\w{1000}){1000}'"), "rule “a-rule”", ""),
        (detection("x|expand: '%list%'"), "detection, x", "placeholder %list%"),
        (detection("x|hour: 5"), "detection, x", "not supported"),
        (detection("x|cidr: 300.0.0.0/8"), "rule “a-rule”", "CIDR"),
        (detection("recipients|cidr: 10.0.0.0/8"), "detection, recipients", "several values"),
        (detection("recipients|fieldref: x"), "detection, recipients", "one value"),
        (correlation(SUM, A, B), "type", "use one of"),
        (correlation(TEMPORAL | {"rules": ["a", "c"]}, A, B), "d.yml", "names rules of its own file"),
        (correlation(TEMPORAL | {"rules": ["a", "a"]}, A), "rules", "named twice"),
        (correlation(TEMPORAL | {"rules": ["a"]}, A), "rules", "two rules or more"),
        (correlation(TEMPORAL | {"timespan": "2y"}, A, B), "timespan", "longer than a year"),
        (correlation(TEMPORAL | {"timespan": 5}, A, B), "rule “a-rule”", "Timespan"),
        (correlation(TEMPORAL | {"window": "5s"}, A, B), "correlation", "“window” is not known"),
        (correlation(TEMPORAL | {"generate": True}, A, B), "generate", "leave it out"),
        (correlation(TEMPORAL | {"condition": {"lt": 2}}, A, B), "condition", "use gte: 1 to 2"),
        (correlation(TEMPORAL | {"condition": "a or b"}, A, B), "condition", "a detector for each alternative"),
        (correlation(TEMPORAL | {"condition": "not a and not b"}, A, B), "condition", "no rule that must match"),
        (correlation(TEMPORAL | {"condition": "a and not (b and a)"}, A, B), "condition", "“not” before each rule"),
        (correlation(TEMPORAL | {"aliases": {"h": {"a": "x", "b": "y"}}}, A, B), "aliases", "not used"),
        (correlation(TEMPORAL | {"aliases": {"g": {"a": "x"}}}, A, B), "aliases, g", "no field for “b”"),
        (correlation(TEMPORAL | {"aliases": {"g": {"a": "x", "b": "y", "c": "z"}}}, A, B), "aliases, g", "“c”"),
        (correlation(COUNT | {"condition": {"gte": 0}}, A, B), "condition", "always or never"),
        (correlation(COUNT | {"condition": {"gte": 1.5}}, A, B), "condition", "no number"),
        (correlation(TEMPORAL | {"type": "event_count"}, A, B), "rule “a-rule”", "without condition"),
        (correlation(TEMPORAL, A, B, part("c", {"x": "c"})), "d.yml", "2 detectors (“a-rule”, “c”)"),
        (yaml.safe_dump_all([PLAIN, PLAIN | {"name": "other"}]), "d.yml", "a file of its own"),
        ("", "d.yml", "empty"),
        ("- a\n- b\n", "document 1", "no mapping"),
        ("a: [", "d.yml, line", "no YAML"),
        ("a: 1\na: 2\n", "d.yml", "Duplicate key"),
        ("a: !!python/object/apply:os.system ['true']\n", "d.yml", "no YAML"),
        ("a: 2022-99-99\n", "d.yml", "no YAML that can be used"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place_and_a_cure(
    given: dict[str, Any] | str, place: str, why: str
) -> None:
    with pytest.raises(BrokenDetector) as refused:
        load(given)

    assert place in str(refused.value)
    assert why in str(refused.value)
    assert str(refused.value).startswith("d.yml")


def test_a_correlation_of_correlations_is_refused() -> None:
    inner = {"title": "inner", "name": "inner", "correlation": TEMPORAL}
    words = TEMPORAL | {"rules": ["inner", "c"]}

    with pytest.raises(BrokenDetector, match="“inner” is a correlation, which is not supported"):
        load(correlation(words, inner, A, B, part("c", {"x": "c"})))


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"a: " + b"{a: " * 900 + b"1" + b"}" * 900,
        BOMB.encode(),
        b"x: &a [*a]\n",
        b"a" * 300_000,
        yaml.safe_dump(rule({"s": {"x": 1}, "condition": "(" * 900 + "s" + ")" * 900})).encode(),
        yaml.safe_dump(rule({"s": {"x": 1}, "condition": "not " * 400 + "s"})).encode(),
        yaml.safe_dump(rule({"s": {f"k{n}": 1 for n in range(9000)}, "condition": "s"})).encode(),
        yaml.safe_dump(rule({"s": {"x|re": "a{1000}{1000}" * 3}, "condition": "s"})).encode(),
        yaml.safe_dump(rule({"s": {"x": ["?" * 900 + str(n) for n in range(250)]}, "condition": "s"})).encode(),
    ],
    ids=["bytes", "brackets", "deep", "bomb", "circle", "long", "parentheses", "nots", "keys", "regex", "wildcards"],
)  # fmt: skip
def test_a_hostile_file_is_refused(text: bytes) -> None:
    with pytest.raises(BrokenDetector):
        load_detector(text, "d.yml")


def test_names_of_fields_may_have_any_character(tmp_path: Path) -> None:
    for name in ("a b", "é", "x.y", '"', "fields.", "\\", "$^", "x/y-z"):
        assert load(rule({"s": {name: "1"}, "condition": "s"})).rules[0].fields == (name,)


def story(**zenrei: list[str]) -> dict[str, Any]:
    samples = {"matches": [delivery()], "misses": [refusal()]} | zenrei
    return rule("s: {done: delivered}\ncondition: s", {"product": "fortimail"}, zenrei=samples)


def test_the_logs_that_a_detector_carries_are_read_and_run() -> None:
    check_samples(load(story()))
    check_samples(load(story(matches=[delivery(), f"{refusal()}\n{delivery()}"], misses=[f"{refusal()}\n\n"])))


@pytest.mark.parametrize(
    ("zenrei", "why"),
    [
        ({"matches": [delivery(), refusal()]}, "zenrei, matches, log 2: nothing is found in it"),
        ({"misses": [refusal(), f"{refusal()}\n{delivery()}"]}, "zenrei, misses, log 2: it is found, by its line 2"),
        ({"matches": [f"{delivery()}\nno log line"]}, "zenrei, matches, log 1: its line 2 is not read: "),
    ],
)
def test_a_detector_that_fails_its_own_logs_is_refused(zenrei: dict[str, list[str]], why: str) -> None:
    with pytest.raises(BrokenDetector) as refused:
        check_samples(load(story(**zenrei)))

    assert str(refused.value).startswith(f"d.yml, rule “a-rule”, {why}")


def test_a_folder_is_read_with_what_is_below_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "readme.txt").write_text("no detector")
    (tmp_path / "b.yml").write_text(yaml.safe_dump(PLAIN))
    other = PLAIN | {"name": "other", "id": "00000000-0000-4000-8000-000000000001"}
    (tmp_path / "sub" / "a.yaml").write_text(yaml.safe_dump(other))

    assert [detector.name for detector in load_detectors(tmp_path)] == ["a-rule", "other"]

    (tmp_path / "c.yml").write_text(yaml.safe_dump(PLAIN | {"id": other["id"], "name": "third"}))
    with pytest.raises(BrokenDetector, match="has the same"):
        load_detectors(tmp_path)


def test_an_empty_or_missing_folder_is_no_silence(tmp_path: Path) -> None:
    with pytest.raises(BrokenDetector, match=r"holds no \.yml"):
        load_detectors(tmp_path)
    with pytest.raises(BrokenDetector, match="cannot be read"):
        load_detectors(tmp_path / "none.yml")
