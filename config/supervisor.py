"""The commands of run.py, after it has set up: run, exec, test, backup, restore."""

import argparse
import os
import sys
from pathlib import Path

from config.commands import back_up, execute, put_back, test
from config.lifetime import run_instance, run_services
from config.privileges import Place, find_place
from config.refusal import Refusal, say


def main(words: list[str]) -> int:
    """Run one command; what cannot be done is said in one sentence."""
    options = _parser().parse_args(words)
    try:
        return _dispatch(options, words)
    except Refusal as refusal:
        say(str(refusal))
        return refusal.exit_code
    except OSError as error:
        say(f"stopped: {error}.")
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(options: argparse.Namespace, words: list[str]) -> int:
    named = options.data or os.environ.get("ZENREI_DATA")
    if options.command == "exec":
        return execute(named, options.words)
    place = find_place(named if options.command != "test" else None)
    match options.command:
        case "test":
            return test(place, options.words)
        case "backup":
            return back_up(place, Path(options.file), force=options.force)
        case "restore":
            return put_back(place, Path(options.file))
    if place.user is not None:
        _become_service_user(place, words)
    if options.command == "services":
        return run_services(place.data, careless=options.careless)
    return run_instance(place.data, options.port, sample=not options.no_sample)


def _become_service_user(place: Place, words: list[str]) -> None:
    """Start this command over as the service user; the last --data counts."""
    assert place.user is not None  # noqa: S101  (asked by the caller)
    os.chdir(place.runtime.repo)
    place.user.become()
    command = [*place.command([]), *_without_data(words)]
    os.execve(command[0], command, place.environment())  # noqa: S606  (no shell is meant)


def _without_data(words: list[str]) -> list[str]:
    """Return the words without a --data of their own, which may have been relative."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--data":
            skip = True
        elif not word.startswith("--data="):
            kept.append(word)
    return kept


def _port(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise argparse.ArgumentTypeError(f"{word!r} is no port: give a number from 1 to 65535")
    return int(word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description="Runs Zenrei.", allow_abbrev=False)
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: var)")
    parser.add_argument("--port", type=_port, default=8000, help="the port of the web server (default: 8000)")
    parser.add_argument("--no-sample", action="store_true", help="leave a new data folder without the sample case")
    parser.set_defaults(command="run")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, text in (("exec", "run a command in the environment"), ("test", "run the tests")):
        command = commands.add_parser(name, help=text, add_help=False, prefix_chars="\0")
        command.add_argument("words", nargs=argparse.REMAINDER)
        command.set_defaults(command=name)
    backup = commands.add_parser("backup", help="write everything into one file", allow_abbrev=False)
    backup.add_argument("--force", action="store_true", help="replace the file where it is there")
    restore = commands.add_parser("restore", help="put a backup into an empty data folder", allow_abbrev=False)
    for name, command in (("backup", backup), ("restore", restore)):
        command.add_argument("file", metavar="FILE")
        command.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS)
        command.set_defaults(command=name)
    services = commands.add_parser("services", help="run the embedded servers only (used by the other commands)")
    services.add_argument("--careless", action="store_true", help="for tests: the data may be lost")
    services.set_defaults(command="services")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
