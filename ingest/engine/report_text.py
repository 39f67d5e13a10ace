"""A scan's answer for people at a terminal. It names what was not read and not judged, and never says all is well."""

from collections.abc import Iterator

from ingest.engine.formats import NO_FORMAT
from ingest.engine.result import Evidence, FileReport, Finding, ScanResult

TEXT_WIDTH = 200


def to_text(result: ScanResult) -> str:
    """The report, ending with a line end."""
    return "\n".join([*_files(result), "", *_findings(result), "", *_limits(result)]) + "\n"


def _files(result: ScanResult) -> Iterator[str]:
    for file in result.files:
        yield f"{_shown(file.path)}: {_file(file)}"
        yield from (f"  warning: {_shown(warning)}" for warning in file.warnings)
        for one in file.unread_examples:
            yield f"  not read, line {one.line}: {one.reason}: {_shown(one.text)}"
    yield (
        f"{result.lines} lines, {result.transactions} transactions, {result.messages} messages, "
        f"{result.unfinished} of them unfinished in this log"
    )


def _file(file: FileReport) -> str:
    if file.format is None:
        return f"nothing was read: {NO_FORMAT} ({file.lines} lines, {file.bytes} bytes)"
    unread = f", {file.unread_lines} lines NOT READ" if file.unread_lines else ""
    early = "" if file.complete else ", READING ENDED EARLY"
    span = f", {file.first_time} to {file.last_time}" if file.first_time else ", no dates"
    return f"{file.format}, {file.encoding}, {file.lines} lines{span}{unread}{early}"


def _findings(result: ScanResult) -> Iterator[str]:
    if not result.read_lines:
        yield "No line was read, so nothing was judged."
        return
    if not sum(result.finding_counts.values()):
        told = [f"{rule} ({count} messages)" for rule, count in result.judged.items()]
        told += [f"{_shown(one.rule)} ({one.lines} lines)" for one in result.detectors if one.judged]
        judged = ", ".join(told)
        yield f"No finding of the rules that could judge: {judged}." if judged else "No rule could judge any message."
        return
    counts = ", ".join(f"{count} {rule}" for rule, count in result.finding_counts.items() if count)
    worst = ", ".join(f"{count} {severity}" for severity, count in reversed(result.severity_counts.items()))
    yield f"Findings: {counts} ({worst})"
    for finding in result.findings:
        yield from _finding(finding)
    if (left := sum(result.finding_counts.values()) - len(result.findings)) > 0:
        yield f"\n{left} more findings are not listed (--max-findings 0 lists all)."


def _finding(finding: Finding) -> Iterator[str]:
    device = finding.device or "device unknown"
    yield ""
    yield f"{finding.severity.upper()} {finding.rule} {finding.transaction or 'of the whole log'}"
    yield f"  {device}, {finding.firmware or 'version unknown'}, {finding.first_time or 'time unknown'}"
    yield f"  {finding.summary}"
    for one in finding.evidence:
        yield f"  {one.says:<12} {one.log or '':<10} {one.transaction or '-'}  {_deciding(one)}"
        yield f"  {'':<12} {_where(one)}"
    if finding.evidence_left_out:
        yield f"  and {finding.evidence_left_out} more lines"


def _deciding(one: Evidence) -> str:
    """The words of a line that decide, or its beginning where none stand out."""
    words = " … ".join(one.text[start:end] for start, end in one.spans)
    return _shown(words or one.text)


def _where(one: Evidence) -> str:
    return f"{_shown(one.file)} line {one.line}, byte {one.offset}"


def _limits(result: ScanResult) -> Iterator[str]:
    yield "Not judged:" if result.not_judged else "Not judged: nothing that the rules ask for was missing."
    for row in result.not_judged:
        yield f"  {row.rule}, {row.transactions} transactions: {row.reason}"


def _shown(text: str) -> str:
    """Log text on a terminal: no control characters, bounded."""
    text = "".join(c if c.isprintable() else "�" for c in text[: TEXT_WIDTH + 1])
    return text if len(text) <= TEXT_WIDTH else text[:TEXT_WIDTH] + "…"
