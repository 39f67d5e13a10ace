"""Asking a Zenrei server: where it is, with which token, and what its refusals say."""

import argparse
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cli.errors import UsageError

DEFAULT: Final = "http://127.0.0.1:8000"
SECONDS: Final = 60
MOST_BYTES: Final = 64 * 1024 * 1024
ROOT: Final = Path(__file__).resolve().parent.parent
STATE: Final = Path("/var/lib/zenrei")  # where data lies when the program was started as root


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare how the server is found."""
    parser.add_argument("--server", metavar="URL", help=f"the server (default: ZENREI_URL, else {DEFAULT})")
    parser.add_argument(
        "--data", metavar="DIR", help="the data folder whose token is used (default: ZENREI_DATA, else var/)"
    )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token is sent to the server that was named, and to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""


class Server:
    """A server as the command line sees it."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.url = (arguments.server or os.environ.get("ZENREI_URL") or DEFAULT).rstrip("/")
        if urlsplit(self.url).scheme not in {"http", "https"}:
            raise UsageError(f"{self.url!r} is no address of a server: it begins with http:// or https://")
        self._token = _token(arguments.data)
        self._opener = urllib.request.build_opener(_NoRedirects)

    def post(self, path: str, body: object) -> dict[str, Any]:
        """The answer to a POST. Raises `UsageError` with the server's own words where it refuses."""
        request = urllib.request.Request(  # noqa: S310  (the scheme was looked at)
            f"{self.url}/api/v1/{path}",
            json.dumps(body).encode(),
            {
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Authorization": f"Token {self._token}",
            },
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return self._read(answer.read(MOST_BYTES + 1))
        except urllib.error.HTTPError as error:
            raise UsageError(self._refusal(error)) from None
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.url} does not answer: {getattr(error, 'reason', error)}") from None

    def _read(self, content: bytes) -> dict[str, Any]:
        if len(content) > MOST_BYTES:
            raise UsageError(f"the answer of {self.url} is larger than {MOST_BYTES} bytes")
        answer = json.loads(content)
        if not isinstance(answer, dict):
            raise UsageError(f"{self.url} does not answer as a Zenrei server does")
        return answer

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        """The sentence of a problem answer, each field at fault with it."""
        if error.code == 401:
            return f"{self.url} does not know this token: set ZENREI_TOKEN, or name the data folder with --data"
        try:
            problem = json.loads(error.read(MOST_BYTES))
            fields = [f"{row['field']}: {row['message']}" for row in problem.get("errors", [])]
            return "; ".join(fields) or str(problem["detail"])
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            return f"{self.url} answers {error.code}, and not as a Zenrei server does"


def _token(data: str | None) -> str:
    """The token: of the environment, else of the data folder."""
    if token := os.environ.get("ZENREI_TOKEN", "").strip():
        return token
    named = data or os.environ.get("ZENREI_DATA")
    folders = [Path(named)] if named else [ROOT / "var", *sorted(STATE.glob("*"))]
    for folder in folders:
        try:
            return (folder / "token").read_text(encoding="utf-8").strip()
        except OSError:
            continue
    told = ", ".join(str(folder / "token") for folder in folders)
    raise UsageError(f"no token: set ZENREI_TOKEN, or name the data folder with --data (looked at {told})")
