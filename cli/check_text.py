"""The report of a check as text: a table for people, Markdown for tickets, JUnit for pipelines."""

import json
import textwrap
from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

WIDTH: Final = 110
NAMES: Final = {
    "enters": "Enters",
    "reintroduced": "Comes back",
    "crossed": "Crossed on the way",
    "changes": "Changes",
    "applies": "Applies",
    "unknown": "Unknown",
    "stays": "Stays",
    "leaves": "Leaves",
    "not_applicable": "Does not apply",
}


def to_json(report: dict[str, Any]) -> str:
    """The report as it came."""
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def answer(report: dict[str, Any]) -> str:
    """The sentence on top. "Clear" is said for nothing less than clear."""
    summary = report["summary"]
    if summary["clear"]:
        return "Clear. Nothing enters, nothing is unknown."
    told = [f"{NAMES[name].lower()} {summary[name]}" for name in NAMES if summary[name] and name != "leaves"]
    return f"Not clear: {', '.join(told)}." if told else "Not clear: see what the answer rests on."


def _head(report: dict[str, Any]) -> str:
    way = " → ".join([report["from"], *report["hops"], report["to"]])
    return f"{report['product']} {way} ({report['direction']})"


def grounds(report: dict[str, Any]) -> Iterator[str]:
    """What the answer rests on, one sentence each."""
    path, coverage = report["path"], report["coverage"]
    words = {True: "supported", False: "not supported as asked", None: "not known"}[path["supported"]]
    hops = f"; stop at {', '.join(path['required_hops'])}" if path["required_hops"] else ""
    yield f"Path: {words}{hops}."
    state = (
        "complete"
        if coverage["complete"]
        else "not complete: a source of the vendor for each version is missing or old"
    )
    yield f"Coverage: {state}."
    if coverage["unknown_versions"]:
        yield f"Not in the catalogue: {', '.join(coverage['unknown_versions'])}."
    if report["hidden"]:
        yield "Something that you may not see would count."
    if report["summary"]["unvalidated_removals"]:
        yield f"Taken away by conditions that nobody validated: {report['summary']['unvalidated_removals']}."
    if end := report["lifecycle"]["to"]["end_of_support"]:
        yield f"Support of {report['to']} ends on {end}."
    if near := report["nearest_clear"]:
        yield (f"No known issue on the way to {near['version']}, released {near['days_since_release']} days ago.")
    for one in report["precedents"]:
        back = "; rolled back" if one["rolled_back"] else ""
        yield f"Others went {one['from']} → {one['to']} ({one['when'] or 'day not known'}): {one['outcome']}{back}"


STANDS = {"fixed": "names a fix"}  # of other releases: beside a bad verdict the bare word would reassure


def details(item: dict[str, Any]) -> Iterator[str]:
    """What there is to say of an item, one line each."""
    yield f"why: {item['reason']}"
    if item["before"] or item["after"]:
        yield f"before: {item['before'] or 'not known'} · after: {item['after'] or 'not known'}"
    stand = STANDS.get(item["vendor_position"], item["vendor_position"].replace("_", " "))
    yield f"vendor: {stand}{' · disputed' if item['disputed'] else ''} · {item['confidence'].replace('_', ' ')}"
    if (condition := item["condition"]) and condition["result"] == "unknown":
        yield f"depends on: {', '.join(condition['missing'])} (not known)"
    elif condition:
        yield f"decided by: {', '.join(condition['decided_by'])} ({condition['confidence'].replace('_', ' ')})"
    for conflict in item["conflicts"]:
        yield f"sources disagree: {conflict['affected']['says']} / {conflict['unaffected']['says']}"
    for way in item["remediations"]:
        yield f"{way['category'].replace('_', ' ')}: {way['details']}"
    if item["cases"]:
        yield f"cases: {', '.join(item['cases'])}"


def _groups(report: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for verdict, name in NAMES.items():
        if items := [item for item in report["items"] if item["verdict"] == verdict]:
            yield name, items


def to_table(report: dict[str, Any]) -> str:
    """For a terminal."""
    lines = [_head(report), answer(report), ""]
    for name, items in _groups(report):
        lines.append(f"{name} ({len(items)})")
        for item in items:
            lines.append(f"  {item['severity']:<9}{item['id']}  {_one_line(item['title'])}")
            if item["verdict"] not in {"stays", "leaves"}:
                for detail in details(item):
                    lines += textwrap.wrap(
                        _one_line(detail), WIDTH, initial_indent=" " * 11, subsequent_indent=" " * 13
                    )
        lines.append("")
    lines.append("What this answer rests on")
    for sentence in grounds(report):
        lines += textwrap.wrap(_one_line(sentence), WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def to_markdown(report: dict[str, Any]) -> str:
    """For a ticket or a merge request."""
    lines = [f"# {_markdown(_head(report))}", "", f"**{_markdown(answer(report))}**", ""]
    for name, items in _groups(report):
        lines += [f"## {name} ({len(items)})", ""]
        for item in items:
            lines.append(f"- **{_markdown(item['title'])}** ({item['id']}, {item['severity']})")
            lines += [f"  - {_markdown(detail)}" for detail in details(item)]
        lines.append("")
    lines += ["## What this answer rests on", "", *(f"- {_markdown(sentence)}" for sentence in grounds(report))]
    return "\n".join(lines) + "\n"


def to_junit(report: dict[str, Any]) -> str:
    """For a pipeline: a hit is a failure, what is unknown or undecided an error."""
    cases = [_junit_case(item) for item in report["items"]] + [_junit_ground(name) for name in open_reasons(report)]
    failures, errors = sum("<failure" in case for case in cases), sum("<error" in case for case in cases)
    head = f'<testsuite name={_attribute(_head(report))} tests="{len(cases)}" failures="{failures}" errors="{errors}">'
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join([head, *cases, "</testsuite>"]) + "\n"


def open_reasons(report: dict[str, Any]) -> list[str]:
    """What could hide a hit; `--allow` names some of them."""
    summary, coverage = report["summary"], report["coverage"]
    found = {
        "unknown": summary["unknown"] > 0,
        "undecided": summary["undecided"] > 0,
        "coverage": not coverage["complete"],
        "path": report["path"]["supported"] is not True,
        "hidden": report["hidden"],
        "unvalidated": summary["unvalidated_removals"] > 0,
        "outside": bool(coverage["unknown_versions"]),
    }
    return [name for name, holds in found.items() if holds]


def _junit_ground(name: str) -> str:
    """What the answer does not rest on, as a case in error: without it a file of no items would read as passed."""
    return f'<testcase classname="grounds" name={_attribute(name)}><error message="not clear"/></testcase>'


def _junit_case(item: dict[str, Any]) -> str:
    name = f"<testcase classname={_attribute(item['kind'])} name={_attribute(item['id'] + ' ' + item['title'])}"
    text = escape(_plain("\n".join(details(item))))
    undecided = bool(item["condition"]) and item["condition"]["result"] == "unknown"
    if item["is_hit"]:
        return f"{name}><failure message={_attribute(NAMES[item['verdict']])}>{text}</failure></testcase>"
    if item["verdict"] == "unknown" or undecided:
        return f"{name}><error message={_attribute(NAMES[item['verdict']])}>{text}</error></testcase>"
    return f"{name}/>"


def _one_line(text: str) -> str:
    """Other people's text in a line of a terminal: printable."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in _one_line(text))


def _plain(text: str) -> str:
    """Text that XML 1.0 can hold."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def _attribute(text: str) -> str:
    return quoteattr(_plain(text).replace("\n", " "))
