"""``zenrei check``: what would going from one version to another bring? Asks a server."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from cli import check_text
from cli.errors import UsageError
from cli.server import Server, add_flags

SEVERITIES: Final = ("critical", "high", "medium", "low", "info")
ALLOWABLE: Final = ("unknown", "coverage", "path")
OUTPUTS: Final = {
    "table": check_text.to_table,
    "json": check_text.to_json,
    "markdown": check_text.to_markdown,
    "junit": check_text.to_junit,
}
CODES: Final = """exit codes:
  0  nothing at or above --fail-on, and nothing that could hide something
  1  a hit at or above --fail-on: enters, comes back, crossed, changes, or a notice from medium up;
     an unknown severity counts as above every threshold
  2  the question could not be asked
  3  unknown states, undecided conditions, incomplete coverage, a path that is not supported or not known,
     something hidden, a condition that nobody validated, a version outside the catalogue"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "check",
        help="ask what an upgrade would bring",
        description="Ask a Zenrei server what going from one version to another would bring.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("product", metavar="PRODUCT", help="the product's slug: fortimail")
    parser.add_argument("start", metavar="FROM", help="the version that runs now")
    parser.add_argument("target", metavar="TO", help="the version to go to")
    parser.add_argument("--hop", action="append", default=[], metavar="V", help="a version on the way; repeatable")
    parser.add_argument("--facts", metavar="FILE", help="facts as JSON, {path: value}; - is standard input")
    parser.add_argument("--output", choices=sorted(OUTPUTS), default="table")
    parser.add_argument("--fail-on", choices=SEVERITIES, default="high", metavar="SEVERITY", help="default: high")
    parser.add_argument("--count-stays", action="store_true", help="issues that stay count as hits too")
    parser.add_argument(
        "--allow",
        default="",
        metavar="WHAT",
        help="what does not give exit 3, with commas: unknown, coverage, path; never a TO outside the catalogue",
    )
    parser.add_argument("--allow-unknown", action="store_true", help="as --allow unknown")
    add_flags(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, print, and answer by the exit code."""
    allowed = _allowed(arguments)
    question = {
        "product": arguments.product,
        "from": arguments.start,
        "to": arguments.target,
        "hops": arguments.hop,
        "facts": _facts(arguments.facts),
    }
    report = Server(arguments).post("upgrade-check/", question)
    sys.stdout.write(OUTPUTS[arguments.output](report))
    return exit_code(report, arguments.fail_on, allowed, count_stays=arguments.count_stays)


def exit_code(report: dict[str, Any], fail_on: str, allowed: frozenset[str], *, count_stays: bool = False) -> int:
    """1 for a hit at or above a severity, 3 for what could hide one, else 0."""
    if any(_fails(item, fail_on, count_stays=count_stays) for item in report["items"]):
        return 1
    return 3 if any(reason not in allowed for reason in check_text.open_reasons(report)) else 0


def _fails(item: dict[str, Any], fail_on: str, *, count_stays: bool) -> bool:
    """Whether an item is a hit at or above a severity; one that is not known counts as above all."""
    hit = item["is_hit"] or (count_stays and item["verdict"] == "stays")
    severity = item["severity"]
    return hit and (severity not in SEVERITIES or SEVERITIES.index(severity) <= SEVERITIES.index(fail_on))


def _allowed(arguments: argparse.Namespace) -> frozenset[str]:
    words = {word.strip() for word in arguments.allow.split(",") if word.strip()}
    if unknown := sorted(words - set(ALLOWABLE)):
        raise UsageError(f"--allow takes {', '.join(ALLOWABLE)}, not {', '.join(unknown)}")
    return frozenset(words | ({"unknown"} if arguments.allow_unknown else set()))


def _facts(file: str | None) -> Any:
    """The facts of a file; `UsageError` where it is no JSON object."""
    if file is None:
        return {}
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        facts = json.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"the facts of {file} cannot be read: {error}") from None
    if not isinstance(facts, dict):
        raise UsageError(f'the facts of {file} are no JSON object: write {{"path": "value"}}')
    return facts
