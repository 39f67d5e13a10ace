"""The sample lines of a format, read as its file says they must be: the proof that a format is what it claims."""

from typing import Any, Final

from ingest.engine.event import Event, Unread
from ingest.engine.logformats.broken import broken
from ingest.engine.logformats.reader import DataFormat
from ingest.engine.logformats.spec import Sample, Spec
from ingest.engine.times import rfc3339

READ: Final = (
    "kind", "type", "time", "zone", "device", "session", "key", "child", "told", "told_scope", "done", "sender",
    "recipients", "client", "verdict", "verdict_code", "words", "envelope", "link", "parent",
)  # fmt: skip


def check_samples(spec: Spec, text: str) -> None:
    """Read every sample; raises `BrokenFormat` at the first that is read otherwise than it must be."""
    for place, sample in enumerate(spec.samples):
        for key in sample.read:
            if key not in READ:
                raise broken(spec.file, text, ("sample", place), f"“{key}” is none of {', '.join(READ)}")
        if reason := _wrong(spec, sample):
            raise broken(spec.file, text, ("sample", place, "line"), reason)


def _wrong(spec: Spec, sample: Sample) -> str | None:
    reader = DataFormat(spec)
    for line in sample.before:
        if isinstance(answer := reader.read(line), Unread):
            return f"a line before the sample is not read: {answer.reason}"
    reader.links.clear()
    answer = reader.read(sample.line)
    if sample.unread:
        if isinstance(answer, Unread):
            return None if sample.unread in answer.reason else f"it is not read, but because {answer.reason}"
        return f"it is read as {answer.type}, and must not be"
    if isinstance(answer, Unread):
        return f"the sample line is not read: {answer.reason}"
    got = _as_data(answer, reader)
    wrong = [f"{key} is {got[key]!r}, not {value!r}" for key, value in sample.read.items() if got[key] != value]
    return f"the sample line is read as {answer.type}: {'; '.join(wrong)}" if wrong else None


def _as_data(event: Event, reader: DataFormat) -> dict[str, Any]:
    """An event in the words of a sample; what is unknown or not there is empty text."""
    data: dict[str, Any] = {key: getattr(event, key) for key in READ if hasattr(event, key)}
    data["kind"] = event.kind.name.lower()
    data["recipients"] = list(event.recipients)
    data["time"] = rfc3339(event.stamp, None)
    data["link"] = reader.links[-1].child if reader.links else None
    data["parent"] = reader.links[-1].parent if reader.links else None
    return {key: "" if value is None else value for key, value in data.items()}
