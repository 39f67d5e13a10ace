"""A pack of three issues, a behaviour and two releases, written to a folder, changed, and loaded again."""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.models import KnownIssue
from kb.services.packs import Loaded, load_pack

SOURCE = "notes"
HEAD = {
    "schema": "zenrei.pack/1",
    "name": "small",
    "parties": [{"slug": "acme", "name": "Acme", "kind": "vendor"}],
    "product": {"slug": "widget", "name": "Widget", "vendor": "acme", "scheme": "fortinet", "path_needed": False},
}
SOURCES = [
    {
        "key": SOURCE,
        "title": "Release notes",
        "url": None,
        "kind": "vendor",
        "note": "",
        "covers": ["1.0"],
        "published": "2025-01-01",
        "retrieved": "2025-06-01",
    }
]
DAYS = {"released": "2024-01-01", "end_of_engineering_support": None, "end_of_support": None}
RELEASES = [
    {"version": version, "build": None, "source": SOURCE, "note": "", **DAYS} for version in ("1.0.0", "1.0.1", "1.0.2")
]
SEEN = {"says": "seen", "version": "1.0.0", "source": SOURCE, "note": ""}
FIXED = {"says": "fixed", "version": "1.0.1", "source": SOURCE, "note": ""}
OLD: dict[str, Any] = {
    "value": "old",
    "title": "The old order",
    "says": "seen",
    "version": "1.0.0",
    "trains": [],
    "party": None,
    "source": SOURCE,
    "note": "",
}
NEW = OLD | {"value": "new", "title": "The new order", "version": "1.0.1"}


def issue_row(slug: str, **more: Any) -> dict[str, Any]:
    """Return an issue as a pack has it."""
    row: dict[str, Any] = {
        "slug": slug,
        "kind": "defect",
        "title": slug,
        "summary": "",
        "symptoms": "",
        "cause": "",
        "severity": "high",
        "severity_rule": "",
        "aliases": [],
        "confidence": "not_validated",
        "behaviour": None,
        "move": None,
        "statements": [],
        "condition": None,
        "claims": [],
        "remediations": [],
        "references": [],
        "detector": None,
        "verification": None,
    }
    return row | more


def condition_row(predicate: Any) -> dict[str, Any]:
    """Return a condition as a pack has it."""
    return {"predicate": predicate, "confidence": "not_validated", "source": SOURCE, "note": ""}


@dataclass
class SmallPack:
    """The pack; its issues and values can be changed between two loads."""

    folder: Path
    issues: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "mail-stops": issue_row("mail-stops", statements=[SEEN]),
            "order-swapped": issue_row("order-swapped", kind="behaviour_change", behaviour="order"),
            "heed": issue_row("heed", kind="notice", move={"direction": "downgrade"}),
        }
    )
    values: list[dict[str, Any]] = field(default_factory=lambda: [OLD, NEW])
    sources: list[dict[str, Any]] = field(default_factory=lambda: copy.deepcopy(SOURCES))

    def load(self) -> Loaded:
        """Write the folder and load it."""
        behaviours = [{"slug": "order", "title": "Order of checks", "about": "", "values": self.values}]
        files = {
            "pack": HEAD,
            "sources": self.sources,
            "releases": RELEASES,
            "behaviours": behaviours,
            "path": {"stations": [], "source": SOURCE},
        }
        (self.folder / "issues").mkdir(exist_ok=True)
        for name, data in files.items():
            (self.folder / f"{name}.json").write_text(json.dumps(data))
        for slug, data in self.issues.items():
            (self.folder / "issues" / f"{slug}.json").write_text(json.dumps(data))
        return load_pack(self.folder)

    def change(self, slug: str, **fields: Any) -> None:
        """Change an issue of the pack."""
        self.issues[slug] |= fields


def stored(slug: str) -> KnownIssue:
    """Return an issue as it is stored."""
    return KnownIssue.objects.get(slug=slug)


def events(slug: str, kind: str) -> list[dict[str, Any]]:
    """Return what an issue's history tells of a kind, the oldest first."""
    return list(stored(slug).events.filter(kind=kind).values_list("detail", flat=True))
