"""What words in a version mean. A scheme adds its own, or replaces the lists."""

from collections.abc import Mapping
from typing import Final

DROP, BUILD = "drop", "build"  # other values are a class and a rank: `keys.py`
Words = Mapping[str, str]

WORDS: Final[Words] = {
    **dict.fromkeys(("dev", "devel", "development", "snapshot", "nightly", "daily"), "1a"),
    **dict.fromkeys(("alpha", "アルファ"), "1b"),
    "milestone": "1c",
    **dict.fromkeys(("beta", "ベータ"), "1d"),
    **dict.fromkeys(("ea", "eap", "preview", "tp"), "1e"),
    **dict.fromkeys(("pre", "prerelease"), "1f"),
    **dict.fromkeys(("rc", "cr", "candidate"), "1g"),
    **dict.fromkeys(("hotfix", "hf", "hotpatch", "ホットフィックス"), "5a"),
    **dict.fromkeys(("patch", "patchlevel", "pl", "post", "パッチ"), "5b"),
    **dict.fromkeys(("fix", "fixpack", "fp", "su", "rev", "revision"), "5c"),
    **dict.fromkeys(("update", "upd", "アップデート"), "5d"),
    "mr": "5e",
    **dict.fromkeys(("cu", "ru", "rollup"), "5f"),
    "sp": "5g",
    **dict.fromkeys(("build", "bld", "ビルド"), BUILD),
    **dict.fromkeys(("v", "ver", "version", "release", "released", "software", "firmware", "バージョン"), DROP),
    **dict.fromkeys(("ga", "final", "gold", "stable", "lts", "rtm", "mature", "feature", "recommended"), DROP),
}

# Letters that mean something only right before a number: 10.2.7-h24, 9.9p2, 3.1b2. Else a letter is a letter: 1.0.2k.
TIGHT: Final[Words] = {"a": "1b", "b": "1d", "h": "5a", "p": "5b", "u": "5d"}

# Two words that are one; read before anything else.
PHRASES: Final = (
    ("hot fix", "hotfix"),
    ("service pack", "sp"),
    ("fix pack", "fixpack"),
    ("patch level", "patchlevel"),
    ("cumulative update", "cu"),
    ("update rollup", "ru"),
    ("security update", "su"),
    ("maintenance release", "mr"),
    ("release candidate", "rc"),
    ("early access", "ea"),
    ("pre release", "pre"),
    ("pre-release", "pre"),
    ("technical preview", "preview"),
    ("general availability", "ga"),
)
