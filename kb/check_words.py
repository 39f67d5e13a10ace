"""The sentence on top of an upgrade check, and what else keeps it from being clear, in the reader's language."""

from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from common.templatetags.moments import day_words

Data = dict[str, Any]
BROUGHT = ("enters", "reintroduced", "crossed")


def lead(report: Data) -> str:
    """Return the one sentence that a check is opened for; before it what makes it one about another version."""
    if versions := report["coverage"]["unknown_versions"]:
        words = {"versions": listed(versions), "answer": _answer(report)}
        return gettext("%(versions)s: no release that is known here, perhaps a typing mistake. %(answer)s") % words
    return _answer(report)


def _answer(report: Data) -> str:
    summary, to = report["summary"], report["to"]
    if summary["clear"]:
        return gettext("Clear. Nothing enters, nothing is unknown.")
    brought, open_ = _brought(report), summary["unknown"]
    unknown = ngettext("%(n)d is unknown", "%(n)d are unknown", open_) % {"n": open_}
    if brought:
        words = {"to": to, "what": brought, "unknown": unknown}
        if open_:
            return gettext("Not clear. %(to)s would bring %(what)s; %(unknown)s.") % words
        return gettext("Not clear. %(to)s would bring %(what)s.") % words
    why = pgettext("between reasons", "; ").join(_what_is_left(report, unknown if open_ else ""))
    return gettext("Not clear. %(to)s would bring nothing new that is known; %(why)s.") % {"to": to, "why": why}


def _what_is_left(report: Data, unknown: str) -> list[str]:
    """Return why a move is not clear that brings nothing that is known."""
    summary = report["summary"]
    stays, removed = summary["stays"], summary["unvalidated_removals"]
    heeded = sum(item["verdict"] == "applies" and item["severity"] != "info" for item in report["items"])
    parts = [
        stays and ngettext("%(n)d known issue stays", "%(n)d known issues stay", stays) % {"n": stays},
        unknown,
        heeded and ngettext("%(n)d upgrade notice applies", "%(n)d upgrade notices apply", heeded) % {"n": heeded},
        removed
        and ngettext(
            "%(n)d does not apply by a condition that nobody has validated",
            "%(n)d do not apply by conditions that nobody has validated",
            removed,
        )
        % {"n": removed},
        report["hidden"] and gettext("something that you may not see would count"),
    ]
    return [part for part in parts if part] or [gettext("the answer rests on too little")]


def _brought(report: Data) -> str:
    """Return what the move brings, counted: 7 issues and 2 changes of behaviour."""
    summary = report["summary"]
    issues = sum(summary[verdict] for verdict in BROUGHT)
    notices = sum(item["verdict"] == "applies" and item["is_hit"] for item in report["items"])
    parts = []
    if issues:
        parts.append(ngettext("%(n)d issue", "%(n)d issues", issues) % {"n": issues})
    if changes := summary["changes"]:
        parts.append(ngettext("%(n)d change of behaviour", "%(n)d changes of behaviour", changes) % {"n": changes})
    if notices:
        parts.append(ngettext("%(n)d upgrade notice", "%(n)d upgrade notices", notices) % {"n": notices})
    return listed(parts)


def listed(parts: list[str]) -> str:
    """Return things one after another: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    first = pgettext("between things", ", ").join(parts[:-1])
    return pgettext("the last of several things", "%(first)s and %(last)s") % {"first": first, "last": parts[-1]}


def tone(report: Data) -> str:
    """Return the tone of the answer: green only when it is clear."""
    if report["summary"]["clear"]:
        return "good"
    return "bad" if report["summary"]["worse"] else "warn"


def grounds(report: Data, today: date) -> list[str]:
    """Return what keeps the answer from being clear beside the items."""
    found = [_path_ground(report), _support_ground(report, today)]
    if not report["coverage"]["complete"]:
        found.append(gettext("Not every version is covered by a source of the vendor’s that was read lately."))
    if versions := report["coverage"]["unknown_versions"]:
        words = {"versions": listed(versions)}
        found.append(gettext("Not in the catalogue, so judged by order alone: %(versions)s.") % words)
    if report["hidden"]:
        found.append(gettext("Something that you may not see would count."))
    if removed := report["summary"]["unvalidated_removals"]:
        words = {"n": removed}
        found.append(
            ngettext(
                "%(n)d issue does not apply by a condition that nobody has validated.",
                "%(n)d issues do not apply by conditions that nobody has validated.",
                removed,
            )
            % words
        )
    return [ground for ground in found if ground]


def _path_ground(report: Data) -> str:
    path = report["path"]
    if path["supported"]:
        return ""
    if path["supported"] is None:
        return gettext("Whether the vendor supports this way is not known.")
    if path["required_hops"]:
        words = {"hops": listed(path["required_hops"])}
        return gettext("The vendor does not support the direct way: it goes over %(hops)s.") % words
    if report["direction"] == "downgrade":
        return gettext("The vendor does not support going back.")
    return gettext("The vendor does not support this way.")


def _support_ground(report: Data, today: date) -> str:
    raw = report["lifecycle"]["to"]["end_of_support"]
    if not raw or date.fromisoformat(raw) >= today:
        return ""
    return gettext("Support of %(to)s ended on %(day)s.") % {
        "to": report["to"],
        "day": day_words(date.fromisoformat(raw)),
    }
