"""The summary of a pack as Markdown: what a reader at the vendor opens first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tickets.redact.proof import RULES
from tickets.redact.wording import TEXTS

if TYPE_CHECKING:
    from tickets.redact.pack import Content


def summary(content: "Content") -> str:
    """Return the summary, in the language of the pack."""
    words = TEXTS[content.language]
    return "\n".join(_lines(content, words)) + "\n"


def _lines(content: "Content", words: dict[str, str]) -> Iterator[str]:
    yield f"# {words['title'].format(case=content.case)}\n"
    yield f"{words['intro']}\n"
    for key, value in (("recipient", content.recipient), ("product", content.product), ("release", content.release)):
        yield f"- {words[key]}: {_inline(value) or words['unknown']}"
    yield f"\n## {words['questions']}\n"
    yield from [f"{number}. {_inline(one)}" for number, one in enumerate(content.questions, 1)] or [
        words["no_questions"]
    ]
    yield f"\n## {words['findings']}"
    for number, finding in enumerate(content.findings, 1):
        yield from _finding(number, finding, content, words)
    yield f"\n## {words['originals']}\n"
    yield f"{words['originals_intro']}\n"
    for log in content.logs:
        original = log["original"]
        told = words["original"].format(
            log=log["name"], size=f"{original['size']:,}", commitment=original["commitment"]
        )
        yield f"- {told}"


def _finding(number: int, finding: dict[str, object], content: "Content", words: dict[str, str]) -> Iterator[str]:
    rule = str(finding["rule"])
    told = words[rule] if rule in RULES else f"{words['detector']} (`{rule}`)"
    yield f"\n### {number}. {told}\n"
    for key, name in (("transaction", "transaction"), ("recipient", "finding_recipient"), ("happened_at", "time")):
        if finding[key]:
            yield f"- {words[name]}: `{_inline(str(finding[key]))}`"
    cited = finding["lines"]
    wanted = (
        {(row["log"], row["line"]): row["says"] for row in cited if isinstance(row, dict)}
        if isinstance(cited, list)
        else {}
    )
    for line in content.lines:
        if (line.log, line.line) in wanted:
            place = words["line"].format(log=line.log, line=line.line)
            says = words["says"].format(says=wanted[line.log, line.line])
            yield f"\n{place}, {says}{'; ' + words['cut'] if line.cut else ''}\n"
            yield _fenced(line.text)


def _inline(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


def _fenced(text: str) -> str:
    """Return a line as code, whatever it holds: no line ends a fence that is longer than its own marks."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}\n{fence}"
