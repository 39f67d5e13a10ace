"""A pack: findings become the fewest lines, replaced, with a manifest and a summary, in a zip that is checked."""

import hashlib
import hmac
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tickets.redact.known import Known, KnownValues
from tickets.redact.leaks import Leak, find_leaks
from tickets.redact.lines import Redactor
from tickets.redact.proof import RULE_WORDS, RULES, CitedLine, Point, proving
from tickets.redact.pseudonyms import Pseudonyms
from tickets.redact.source import values_in
from tickets.redact.summary import summary
from tickets.redact.values import Entry

SCHEMA: Final = "zenrei.pack/1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # a zip that is made twice is the same bytes: no clock is asked


@dataclass(frozen=True, slots=True)
class Original:
    """A piece of evidence that lines stand in: what names it in `CitedLine.log`, and its bytes."""

    log: str
    sha256: str
    size: int
    device: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What a pack is to hold. `extra` are members that were made elsewhere of what the pack holds (a PDF)."""

    case: str
    recipient: str
    product: str
    release: str
    language: str
    questions: str
    points: tuple[Point, ...]
    originals: tuple[Original, ...]
    known: tuple[Known, ...] = ()
    background: bool = False


@dataclass(frozen=True, slots=True)
class PackedLine:
    """A line as it is exported. `log` is its name in the pack."""

    log: str
    evidence: str
    file: str
    line: int
    says: tuple[str, ...]
    original: str
    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a pack, replaced: what the summary and the manifest are written from."""

    case: str
    recipient: str
    product: str
    release: str
    language: str
    questions: tuple[str, ...]
    findings: tuple[dict[str, Any], ...]
    logs: tuple[dict[str, Any], ...]
    lines: tuple[PackedLine, ...]
    replaced: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was made. Where `leaks` is not empty, `archive` must not leave the server."""

    archive: bytes
    sha256: str
    content: Content
    entries: tuple[Entry, ...]
    counts: dict[str, int]
    leaks: tuple[Leak, ...]
    members: tuple[dict[str, Any], ...] = field(default=())


def make_pack(order: Order, *, secret: bytes, known: Iterable[Entry] = ()) -> Pack:
    """Return a pack, checked: every member is unpacked and searched for every value that was replaced, that the source
    holds, or that is known to name somebody.

    `known` are the pseudonyms that the case has already. Raises ValueError for points without a line, and
    for lines of no original: of those it says which.
    """
    chosen = proving(order.points, background=order.background)
    if not order.points or not all(chosen):
        raise ValueError("there is a finding that cites no line, and so proves nothing")
    pieces = {original.log for original in order.originals}
    for line in (line for lines in chosen for line in lines if line.log not in pieces):
        raise ValueError(f"line {line.line} of {line.log or 'no piece'} is cited, which is no evidence of the case")
    known = tuple(known)
    names = KnownValues(order.known, (order.recipient, order.product, order.case))
    first = Pseudonyms(secret, known)  # a first pass learns as what each value stands anywhere
    _content(order, chosen, Redactor(first, names), secret)
    pseudonyms = Pseudonyms(secret, known, first.kinds)
    redactor = Redactor(pseudonyms, names)
    redactor.note(first.used)
    content = _content(order, chosen, redactor, secret)
    members = _members(content)
    listed = [{"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in members]
    manifest = _manifest(content, listed)
    archive = zipped([("manifest.json", manifest), *members])
    entries = tuple(pseudonyms.used)
    source = values_in(_source(order, chosen))
    return Pack(
        archive=archive,
        sha256=hashlib.sha256(archive).hexdigest(),
        content=content,
        entries=entries,
        counts=dict(pseudonyms.counts),
        leaks=tuple(dict.fromkeys(find_leaks(archive, [*entries, *source], names))),
        members=(
            {"name": "manifest.json", "sha256": hashlib.sha256(manifest).hexdigest(), "size": len(manifest)},
            *listed,
        ),
    )


def _content(order: Order, chosen: Sequence[tuple[CitedLine, ...]], redactor: Redactor, secret: bytes) -> Content:
    """Replace all that a pack holds."""
    names = _names(chosen)
    says: dict[tuple[str, str, int], list[str]] = {}
    for line in (line for lines in chosen for line in lines):
        says.setdefault(line.place, []).append(_own(line.says, RULE_WORDS, redactor))
    places = {line.place: line for lines in chosen for line in lines}
    packed = tuple(
        PackedLine(
            log=names[line.log, line.file],
            evidence=line.log,
            file=line.file,
            line=line.line,
            says=tuple(dict.fromkeys(says[place])),
            original=line.text,
            text=redactor.line(line.text, cut=line.truncated),
            cut=line.truncated,
        )
        for place, line in sorted(places.items(), key=lambda one: (names[one[0][:2]], one[0][2]))
    )
    findings = tuple(_finding(point, lines, names, redactor) for point, lines in zip(order.points, chosen, strict=True))
    logs = tuple(_logs(order, names, redactor, secret))
    questions = tuple(redactor.prose(line) for line in order.questions.splitlines() if line.strip())
    pseudonyms = redactor.pseudonyms
    return Content(
        case=order.case,
        recipient=order.recipient,
        product=order.product,
        release=redactor.prose(order.release),
        language=order.language,
        questions=questions,
        findings=findings,
        logs=logs,
        lines=packed,
        replaced=dict(sorted(Counter(entry.kind for entry in pseudonyms.used).items())),
    )


def _source(order: Order, chosen: Sequence[tuple[CitedLine, ...]]) -> Iterable[str]:
    """Yield all texts that a pack is made of, as they are here."""
    yield from (line.text for lines in chosen for line in lines)
    yield from (text for point in order.points for text in (point.transaction, point.recipient))
    yield from (order.questions, order.release, *(original.device for original in order.originals))


def _names(chosen: Sequence[tuple[CitedLine, ...]]) -> dict[tuple[str, str], str]:
    """Return the name in the pack of each log: a file's own name can name a host."""
    logs = dict.fromkeys((line.log, line.file) for lines in chosen for line in lines)
    return {log: f"log-{number:02d}" for number, log in enumerate(logs, 1)}


def _finding(
    point: Point, lines: Sequence[CitedLine], names: dict[tuple[str, str], str], redactor: Redactor
) -> dict[str, Any]:
    return {
        "rule": _own(point.rule, RULES, redactor),
        "severity": point.severity,
        "transaction": redactor.line(point.transaction),
        "recipient": redactor.line(point.recipient),
        "happened_at": point.happened_at,
        "lines": [
            {"log": names[line.log, line.file], "line": line.line, "says": _own(line.says, RULE_WORDS, redactor)}
            for line in lines
        ],
    }


def _own(name: str, known: frozenset[str], redactor: Redactor) -> str:
    """Return a name that is one of the product's, or the pseudonym of what somebody called a detector."""
    return name if not name or name in known else redactor.pseudonyms.of("detector", name)


def _logs(
    order: Order, names: dict[tuple[str, str], str], redactor: Redactor, secret: bytes
) -> Iterable[dict[str, Any]]:
    """Say which original each log of the pack is of, without telling more of it than the lines do.

    Never by its plain hash: of a file that is nearly all in packs, whoever has the lines can try out what was replaced
    until the hash fits, and no count of bytes says how much of it was told before.
    """
    originals = {original.log: original for original in order.originals}
    key = hmac.digest(secret, b"zenrei/commitment", "sha256")
    for (log, _), name in names.items():
        original = originals[log]
        commitment = hmac.new(key, original.sha256.encode(), "sha256").hexdigest()
        device = {"device": redactor.pseudonyms.of("host", original.device)} if original.device else {}
        yield {
            "name": name,
            "member": f"lines/{name}.log",
            "original": {"commitment": commitment, "size": original.size} | device,
        }


def _members(content: Content) -> list[tuple[str, bytes]]:
    """Return the members beside the manifest: the summary, and the lines of each log."""
    members = [("README.md", summary(content).encode())]
    for log in content.logs:
        text = "".join(f"{line.text}\n" for line in content.lines if line.log == log["name"])
        members.append((log["member"], text.encode("utf-8", "replace")))
    return members


def _manifest(content: Content, members: list[dict[str, Any]]) -> bytes:
    document = {
        "schema": SCHEMA,
        "case": content.case,
        "recipient": content.recipient,
        "product": content.product,
        "release": content.release,
        "questions": list(content.questions),
        "findings": list(content.findings),
        "logs": list(content.logs),
        "lines": [
            {"log": line.log, "line": line.line, "says": list(line.says), "cut": line.cut} for line in content.lines
        ],
        "replaced": content.replaced,
        "members": members,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip of members, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data, compresslevel=9)
    return buffer.getvalue()
