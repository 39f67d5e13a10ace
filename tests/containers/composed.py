"""What docker-compose.yml and Dockerfile say, read from the files themselves: nothing is typed a second time."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")

_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::-([^}]*))?\})")


def interpolate(value: str) -> str:
    """Return a value as compose would with an empty environment: defaults, and `$$` for `$`."""
    return _VARIABLE.sub(lambda found: "$" if found[1] else found[3] or "", value)


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, continuation lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage; the last one is the image."""
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def image(word: str) -> str:
    """Return what the image's last instruction of this word says."""
    return [rest for name, rest in stages()[-1] if name == word][-1]


def image_environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    pairs = [part for name, rest in stages()[-1] if name == "ENV" for part in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


@dataclass(frozen=True, slots=True)
class Service:
    """One service as it would be started."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: list[str]
    stop_signal: str
    grace: float


def service(name: str) -> Service:
    """Read a service; what it leaves out comes from the image."""
    told = SERVICES[name]
    ours = name in OURS
    command = told.get("command") or (yaml.safe_load(image("CMD")) if ours else [])
    given = {key: interpolate(str(value)) for key, value in (told.get("environment") or {}).items()}
    health = told.get("healthcheck", {}).get("test", [])
    return Service(
        name=name,
        command=[interpolate(str(word)) for word in command],
        environment=(image_environment() if ours else {}) | given,
        health=[interpolate(str(word)) for word in health],
        stop_signal=told["stop_signal"],
        grace=float(str(told["stop_grace_period"]).removesuffix("s")),
    )
