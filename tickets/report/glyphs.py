"""How wide a text is, which of its letters the font has, and where its lines break."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from tickets.report.document import named

TAB: Final = "    "
# No line of Japanese begins with these: one of them hangs into the margin instead. Nor does one end with those.
NOT_FIRST: Final = frozenset("、。，．・：；？！）］｝」』】〉》〕’”ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々")
NOT_LAST: Final = frozenset("（［｛「『【〈《〔‘“")
BREAKS_BEHIND: Final = frozenset(" -/,;&?=")
WIDE_FROM: Final = "\u2e80"  # from here on scripts that break between any two letters


class Measure:
    """The letters of a font: their widths in thousandths of its size, by letter."""

    def __init__(self, widths: Mapping[str, float]) -> None:
        self._widths = widths
        self._known = frozenset(widths)

    def shown(self, text: str) -> str:
        """Return a text as the font can show it: letters that it lacks stand as their numbers, never as nothing."""
        text = text.replace("\t", TAB)
        if self._known.issuperset(text):
            return text
        parts, lacking = [], ""
        for one in text:
            if one in self._known:
                parts += [named(lacking), one] if lacking else [one]
                lacking = ""
            else:
                lacking += one
        return "".join([*parts, named(lacking)] if lacking else parts)

    def lines(self, text: str, size: float, width: float) -> Iterator[str]:
        """Yield the lines of a text (one line of it) that fit into a width, both in points."""
        room = width / size * 1000
        ends = [0.0, *accumulate(map(self._widths.__getitem__, text))]
        begin = 0
        while ends[-1] - ends[begin] > room:
            end = self._end(text, begin, max(bisect_right(ends, ends[begin] + room) - 1, begin + 1))
            yield text[begin:end].rstrip(" ")
            begin = end
        if begin < len(text) or not text:
            yield text[begin:].rstrip(" ")

    @staticmethod
    def _end(text: str, begin: int, fits: int) -> int:
        """Return where a line ends of which so much fits: where letters may part, else right there."""
        end = fits
        while text[end : end + 1] == " ":
            end += 1
        if text[end : end + 1] in NOT_FIRST:
            end += 1
        back = end
        while back > begin and not _parts(text, back):
            back -= 1
        return back if back > begin else end


def _parts(text: str, at: int) -> bool:
    """Whether a line may end before a letter."""
    if at >= len(text):
        return True
    before, behind = text[at - 1], text[at]
    if behind in NOT_FIRST or before in NOT_LAST or behind == " ":
        return False
    return before in BREAKS_BEHIND or max(before, behind) >= WIDE_FROM
