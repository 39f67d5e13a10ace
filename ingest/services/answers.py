"""Answers that were worked out of the evidence of a case, each a JSON file beside it: a cache, in no backup.

The job that made one holds the question, so it can be asked again at any time; what is missing or broken is told as
missing, and never as an answer. Layout: `answers/<what>/<number of the case>/<name>.json`.
"""

import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from common.storage import fsync_folder
from tickets.models import Case

log = logging.getLogger(__name__)
ENDING = ".json"


def _folder(what: str, case: Case) -> Path:
    return settings.DATA_DIR / "answers" / what / str(case.pk)


def keep_answer(what: str, case: Case, name: str, answer: dict[str, Any]) -> None:
    """Write an answer durably, whole or not at all; one of the same name is replaced."""
    folder = _folder(what, case)
    folder.mkdir(parents=True, exist_ok=True)
    number, path = tempfile.mkstemp(prefix=".", dir=folder)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(orjson.dumps(answer))
            file.flush()
            os.fsync(file.fileno())
        Path(path).replace(folder / f"{name}{ENDING}")
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    fsync_folder(folder)


def kept_answer(what: str, case: Case, name: str) -> dict[str, Any] | None:
    """Return an answer; None where it is not kept, or cannot be read."""
    path = _folder(what, case) / f"{name}{ENDING}"
    try:
        answer = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, orjson.JSONDecodeError) as error:
        log.warning("the kept answer %s cannot be read: %s", path, error)
        return None
    return answer if isinstance(answer, dict) else None


def kept_names(what: str, case: Case, *, most: int) -> list[str]:
    """Return the names of the newest answers of a case, the newest first."""
    try:
        paths = [(path.stat().st_mtime, path.stem) for path in _folder(what, case).glob(f"[!.]*{ENDING}")]
    except OSError:
        return []
    return [name for _, name in sorted(paths, reverse=True)[:most]]
