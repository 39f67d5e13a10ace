"""Bytes of a line to text. One line is judged alone, so the answer never depends on the lines around it.

Gateways print subjects as they came, so one file can hold UTF-8, CP932 (Shift_JIS), EUC-JP and ISO-2022-JP lines,
and fields cut in the middle of a character.
"""

import re
from typing import Final

UTF8: Final = "utf-8"
DAMAGED: Final = "damaged"
_ISO2022: Final = re.compile(rb"\x1b[$(][@-J]")
_UTF8_CHARACTER: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
# What a reader of Japanese expects (kana, common kanji) against what a wrong decoder makes of the same bytes.
_EXPECTED: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff\u3000-\u3002\uff01-\uff5e]")
_HALF_KANA: Final = re.compile("[\uff61-\uff9f]")
UTF8_SHARE: Final = 0.8


def decode_line(raw: bytes) -> tuple[str, str]:
    """Text and the name of its encoding; bytes that no encoding explains become ``\\xNN`` and the name `DAMAGED`."""
    if b"\x1b" in raw and _ISO2022.search(raw):
        try:
            return raw.decode("iso2022_jp_ext"), "iso-2022-jp"
        except UnicodeDecodeError:
            pass
    try:
        return raw.decode(), UTF8
    except UnicodeDecodeError:
        return _decode_other(raw)


def _decode_other(raw: bytes) -> tuple[str, str]:
    if _mostly_utf8(raw):
        return raw.decode(errors="backslashreplace"), UTF8
    best = max((_score(raw, name), name) for name in ("cp932", "euc_jp"))
    if best[0] > 0:
        return raw.decode(best[1], errors="backslashreplace"), best[1].replace("_", "-")
    return raw.decode(errors="backslashreplace"), DAMAGED


def _mostly_utf8(raw: bytes) -> bool:
    """UTF-8 with a character cut in two (fields are cut by length) is still UTF-8."""
    covered = sum(len(found) for found in _UTF8_CHARACTER.findall(raw))
    high = len(_HIGH.findall(raw))
    return covered >= 3 and covered >= UTF8_SHARE * high - 2


def _score(raw: bytes, name: str) -> float:
    """How much like Japanese the bytes read: expected characters count for, misread ones and errors against."""
    text = raw.decode(name, errors="replace")
    wrong = text.count("�")
    good, half = len(_EXPECTED.findall(text)), len(_HALF_KANA.findall(text))
    other = sum(1 for c in text if c > "\x7f") - good - half - wrong
    return good - 3.0 * wrong - 0.6 * half - 0.5 * other


def sniff_utf16(head: bytes) -> str | None:
    """The UTF-16 flavour of a stream, by its mark, else where every other byte is NUL."""
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    sample = head[: len(head) // 2 * 2][:400]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) >= 8 and odd > 0.6 * len(sample) / 2 and even == 0:
        return "utf-16-le"
    if len(sample) >= 8 and even > 0.6 * len(sample) / 2 and odd == 0:
        return "utf-16-be"
    return None
