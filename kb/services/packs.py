"""Loading a pack: knowledge that comes with the product, as JSON files of our own form.

A pack can be loaded again after it was changed. What people changed since is never overwritten, and what they added or
took back stays so; what was left alone follows the pack.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from common.errors import Invalid
from kb.models import (
    BehaviourAttribute,
    KnownIssue,
    Party,
    Product,
    Release,
    Source,
)
from kb.queries.versions import read_version
from kb.services.behaviours import add_value, mark_value_taken_back
from kb.services.catalogue import create_source, release_keys, set_upgrade_path, write_release
from kb.services.claims import add_claim
from kb.services.history import changes_of, record_catalogue_event, record_event
from kb.services.issues import check_fields, check_kind, create_issue
from kb.services.locks import lock_issue, lock_product
from kb.services.spans import refresh_all, refresh_spans
from kb.services.statements import NewStatement, insert_statements, mark_taken_back

PACKS = Path(__file__).resolve().parents[1] / "packs"
SCHEMA = "zenrei.pack/1"
# What a pack itself took back: it comes back when the pack says it again. What people took back never does.
BY_PACK = Q(taken_back_at__isnull=False, taken_back_by=None)


@dataclass(slots=True)
class Loaded:
    """What loading did: counts by what happened, and the issues that people had changed."""

    counts: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)


def digest(data: Any) -> str:
    """Return a stable name of what was loaded."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def load_pack(folder: Path) -> Loaded:
    """Load the pack of a folder; Invalid names the file that does not fit."""
    head = _read(folder / "pack.json")
    if head.get("schema") != SCHEMA:
        raise Invalid(f"{folder / 'pack.json'} is no pack of the form {SCHEMA}.")
    loader = _Loader(_product(head), head["name"])
    lock_product(loader.product.pk)
    already = loader.product.issues.exists()  # what is known already is derived anew by the catalogue as it is now
    loader.sources(_read(folder / "sources.json"))
    loader.releases(_read(folder / "releases.json"))
    loader.path(_read(folder / "path.json"))
    loader.behaviours(_read(folder / "behaviours.json"))
    for file in sorted((folder / "issues").glob("*.json")):
        loader.issue(_read(file))
    if already:
        refresh_all(loader.product)
    return loader.done


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"{file} cannot be read: {error}") from None


def _product(head: dict[str, Any]) -> Product:
    for row in head["parties"]:
        Party.objects.get_or_create(slug=row["slug"], defaults={"name": row["name"], "kind": row["kind"]})
    told = head["product"]
    product, made = Product.objects.get_or_create(
        slug=told["slug"],
        defaults={
            "name": told["name"],
            "vendor": Party.objects.get(slug=told["vendor"]),
            "scheme": told["scheme"],
            "path_needed": told["path_needed"],
        },
    )
    if not made and product.scheme != told["scheme"] and not product.releases.exists():
        product.scheme = told["scheme"]
        product.save(update_fields=["scheme", "updated_at"])
    return product


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class _Loader:
    """One loading into one product."""

    def __init__(self, product: Product, name: str) -> None:
        self.product = product
        self.name = name
        self.done = Loaded()
        self._no_longer = f"The pack {name} no longer says so."
        self._sources: dict[str, Source] = {}
        self._behaviours: dict[str, BehaviourAttribute] = {}

    def sources(self, rows: Iterable[dict[str, Any]]) -> None:
        """Record the documents; one that nobody changed follows the pack."""
        known = {source.origin: source for source in self.product.sources.exclude(origin="")}
        for row in rows:
            told = {
                "title": row["title"],
                "url": row["url"] or "",
                "kind": row["kind"],
                "published": _day(row["published"]),
                "retrieved": _day(row["retrieved"]),
                "covers": row["covers"],
                "note": row["note"],
            }
            source = known.get(row["key"])
            if source is None:
                source = create_source(product=self.product, origin=row["key"], **told)
                self.done.counts["sources"] += 1
            elif source.origin_digest == digest({name: getattr(source, name) for name in told}):
                if changed := changes_of(source, told):
                    record_catalogue_event(self.product, "source_changed", None, source=source.title, changes=changed)
                for name, value in told.items():
                    setattr(source, name, value)
            else:
                self.done.kept.append(f"source {source.title}")
                self._sources[row["key"]] = source
                continue
            source.origin_digest = digest(told)
            source.save()
            self._sources[row["key"]] = source

    def releases(self, rows: Iterable[dict[str, Any]]) -> None:
        """Record releases that are not there, and fill dates that are not known."""
        known = {release.key: release for release in self.product.releases.all()}
        new = []
        for row in rows:
            days = {name: _day(row[name]) for name in ("released", "end_of_engineering_support", "end_of_support")}
            version = read_version(self.product, row["version"], field="version")
            if version.key in known:
                self._fill(known[version.key], days)
                continue
            source, keys = self._sources[row["source"]], release_keys(self.product, version)
            new.append(
                Release(product=self.product, version=version.text, source=source, note=_note(row), **keys, **days)
            )
        Release.objects.bulk_create(new)
        self.done.counts["releases"] += len(new)

    def _fill(self, release: Release, days: dict[str, date | None]) -> None:
        told = {name: day for name, day in days.items() if day and getattr(release, name) is None}
        write_release(release, None, told)

    def path(self, row: dict[str, Any]) -> None:
        """Set the upgrade path where there is none, or where it came with a pack."""
        stations = list(self.product.stations.select_related("source"))
        if all(station.source and station.source.origin for station in stations):
            source = self._sources[row["source"]]
            set_upgrade_path(product=self.product, author=None, stations=row["stations"], source=source)
        else:
            self.done.kept.append("the upgrade path")

    def behaviours(self, rows: Iterable[dict[str, Any]]) -> None:
        """Record attributes and values; a value that the pack no longer states is taken back."""
        for row in rows:
            attribute, _ = BehaviourAttribute.objects.get_or_create(
                product=self.product, slug=row["slug"], defaults={"title": row["title"], "about": row["about"]}
            )
            self._behaviours[row["slug"]] = attribute
            told = {digest(value): value for value in row["values"]}
            ours = attribute.values.exclude(origin="")
            for value in ours.filter(taken_back_at=None).exclude(origin__in=told):
                mark_value_taken_back(value, None, self._no_longer)
            known = set(ours.exclude(BY_PACK).values_list("origin", flat=True))
            for origin, value in told.items():
                if origin not in known:
                    self._value(attribute, origin, value)

    def _value(self, attribute: BehaviourAttribute, origin: str, row: dict[str, Any]) -> None:
        add_value(
            attribute=attribute,
            author=None,
            value=row["value"],
            title=row["title"],
            says=row["says"],
            version=row["version"],
            trains=row["trains"],
            party=Party.objects.get(slug=row["party"]) if row["party"] else None,
            source=self._sources[row["source"]],
            note=row["note"],
            origin=origin,
        )
        self.done.counts["values"] += 1

    def issue(self, row: dict[str, Any]) -> None:
        """Record an issue, or let one follow the pack as far as nobody changed it."""
        told = self._fields(row)
        issue = KnownIssue.objects.filter(slug=row["slug"]).select_related("product").first()
        if issue is None:
            issue = create_issue(
                product=self.product,
                author=None,
                department=None,
                kind=row["kind"],
                slug=row["slug"],
                behaviour=self._behaviours[row["behaviour"]] if row["behaviour"] else None,
                confidence=row["confidence"],
                origin=self.name,
                origin_digest=digest(told),
                condition_source=self._sources[row["condition"]["source"]] if row["condition"] else None,
                statements=[self._statement(digest(one), one) for one in row["statements"]],
                **told,
            )
            self._belongings(issue, row)
            self.done.counts["issues"] += 1
            self.done.counts["statements"] += len(row["statements"])
        elif issue.origin != self.name:
            self.done.kept.append(f"{issue.ref} {issue.slug}")
            return
        else:
            self._follow(issue, told, row)
            self._statements(issue, row)
            if self._belongings(issue, row):
                record_event(issue, "pack", None, pack=self.name)
        self._claims(issue, row)

    def _fields(self, row: dict[str, Any]) -> dict[str, Any]:
        condition = row["condition"] or {}
        return {
            **{name: row[name] for name in ("title", "summary", "symptoms", "cause", "severity", "severity_rule")},
            "detector": (row["detector"] or {}).get("rule", ""),
            "condition": condition.get("predicate"),
            "condition_note": condition.get("note", ""),
            "verification": row["verification"],
            "move": row["move"],
        }

    def _follow(self, issue: KnownIssue, told: dict[str, Any], row: dict[str, Any]) -> None:
        if issue.origin_digest == digest(told):
            return
        if issue.origin_digest != digest({name: getattr(issue, name) for name in told}):
            self.done.kept.append(f"{issue.ref} {issue.slug}")
            return
        stored = lock_issue(issue)
        check_kind(stored.kind, statements=False, behaviour=stored.behaviour, move=told["move"])
        check_fields(stored.product, told)
        changed = changes_of(stored, told)
        if "condition" in changed:
            stored.condition_validated_by = None  # somebody validated another one
        stored.condition_source = self._sources[row["condition"]["source"]] if row["condition"] else None
        for name, value in told.items():
            setattr(stored, name, value)
        stored.origin_digest = digest(told)
        stored.save()
        record_event(stored, "pack", None, pack=self.name, changes=changed)
        self.done.counts["followed"] += 1

    def _belongings(self, issue: KnownIssue, row: dict[str, Any]) -> bool:
        """Let other names, ways out and references follow the pack, and tell whether any did.

        What people entered stays, and so does a name of the pack's that they entered first.
        """
        entered = set(issue.aliases.exclude(origin=self.name).values_list("name", flat=True))
        names = [name for name in dict.fromkeys(row["aliases"]) if name not in entered]
        ways = [
            {
                "category": one["category"],
                "details": one["details"],
                "version": one["version"] or "",
                "validated": one["confidence"] == "validated",
                "source_id": self._sources[one["source"]].pk,
            }
            for one in row["remediations"]
        ]
        told: list[tuple[Any, list[dict[str, Any]]]] = [
            (issue.aliases, [{"name": name} for name in names]),
            (issue.remediations, ways),
            (issue.references, [{"title": one["title"], "url": one["url"]} for one in row["references"]]),
        ]
        replaced = [self._replaced(rows, new) for rows, new in told]
        return any(replaced)

    def _replaced(self, rows: Any, told: list[dict[str, Any]]) -> bool:
        """Make the pack's own of some rows those, and tell whether they were others."""
        ours = rows.filter(origin=self.name).order_by("pk")
        if list(ours.values(*(told[0] if told else ["pk"]))) == told:
            return False
        ours.delete()
        for one in told:
            rows.create(origin=self.name, **one)
        return True

    def _statements(self, issue: KnownIssue, row: dict[str, Any]) -> None:
        told = {digest(one): one for one in row["statements"]}
        ours = issue.statements.exclude(origin="")
        gone = list(ours.filter(taken_back_at=None).exclude(origin__in=told))
        for statement in gone:
            mark_taken_back(statement, None, self._no_longer)
        known = set(ours.exclude(BY_PACK).values_list("origin", flat=True))
        new = [self._statement(origin, one) for origin, one in told.items() if origin not in known]
        for statement in insert_statements(issue=issue, author=None, statements=new):
            record_event(issue, "statement", None, statement=str(statement.public_id), says=str(statement))
        if gone or new:
            refresh_spans(issue)
        self.done.counts["statements"] += len(new)

    def _statement(self, origin: str, row: dict[str, Any]) -> NewStatement:
        return NewStatement(
            says=row["says"],
            version=row.get("version", ""),
            ranges=row.get("ranges", []),
            lists_all=row.get("lists_all", False),
            source=self._sources[row["source"]],
            note=row["note"],
            origin=origin,
        )

    def _claims(self, issue: KnownIssue, row: dict[str, Any]) -> None:
        known = set(issue.claims.exclude(origin="").values_list("origin", flat=True))
        for one in row["claims"]:
            if (origin := digest(one)) not in known:
                add_claim(
                    issue=issue,
                    author=None,
                    party=Party.objects.get(slug=one["party"]),
                    proposition=one["proposition"],
                    stance=one["stance"],
                    versions=one["versions"],
                    said_at=_day(one["said_at"]),
                    said_about=one["said_about"],
                    text=one["text"],
                    source=self._sources[one["source"]],
                    origin=origin,
                )
                self.done.counts["claims"] += 1


def _note(row: dict[str, Any]) -> str:
    return f"build {row['build']}. {row['note']}".strip() if row["build"] else str(row["note"])
