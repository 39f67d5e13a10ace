"""HTML brought into an order that a parser takes in linear time: every element closed where it ends, none too deep.

A parser of HTML looks through all open elements at each tag, and opens formatting anew in each block: a mail of nothing
but `<div>` costs it minutes. What this returns is well nested to a set depth, with no tag and no attribute that is not
allowed. It makes nothing safe: `page.py` lets nh3 do that. It reads as browsers do, but for what nobody writes.
"""

import html
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

DEPTH_ALLOWED = 100  # open elements; tables within tables of newsletters have thirty
VOID = frozenset({"br", "col", "hr", "img"})
# What holds text that is no text of the mail, up to its own end tag.
_RAW = re.compile(r"(?:script|style|title|template|noscript|iframe|noembed|noframes)\Z")
_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_WITHIN = re.compile(r"[>\"']")  # what ends a tag, or begins a value in which nothing ends it
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_BLOCKS = frozenset(
    {
        "blockquote", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
        "pre", "table", "ul",
    }
)  # fmt: skip
# Which open elements a start tag ends, and beyond which element it does not look for them.
_SECTIONS = frozenset({"tbody", "thead", "tfoot"})
_CELL = frozenset({"table", "td", "th"})
_ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "a": (frozenset({"a"}), _CELL),
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "table"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "td": (frozenset({"td", "th"}), frozenset({"table"})),
    "th": (frozenset({"td", "th"}), frozenset({"table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **{name: (_SECTIONS, frozenset({"table"})) for name in _SECTIONS},
}


def well_nested(page: str, allowed: Mapping[str, Collection[str]]) -> str:
    """Return HTML with allowed tags alone (each with its allowed attributes), well nested and not too deep.

    What stands too deep stays as text without its tags. Comments, scripts, styles and titles are gone.
    """
    out: list[str] = []
    open_ones: list[str] = []
    standing: Counter[str] = Counter()  # how many of a name are open: most are looked for in vain

    def close(count: int) -> None:
        while len(open_ones) > count:
            name = open_ones.pop()
            standing[name] -= 1
            out.append(f"</{name}>")

    def close_nearest(names: Collection[str], barrier: Collection[str]) -> None:
        if not any(standing[name] for name in names):
            return
        for place in range(len(open_ones) - 1, -1, -1):
            if open_ones[place] in names:
                close(place)
                return
            if open_ones[place] in barrier:
                return

    for text, ends, name, attributes in _tokens(page):
        if not name:
            out.append(text)
        elif name not in allowed:
            continue
        elif ends:
            if name == "br":
                out.append("<br>")
            close_nearest({name}, () if name == "table" else ("table",))
        else:
            if name in _BLOCKS:
                close_nearest({"p"}, _CELL)
            if name in _ENDS:
                close_nearest(*_ENDS[name])
            if name not in VOID:
                if len(open_ones) >= DEPTH_ALLOWED:
                    continue
                open_ones.append(name)
                standing[name] += 1
            out.append(f"<{name}{_written(attributes, allowed[name])}>")
    close(0)
    return "".join(out)


def _tokens(page: str) -> Iterator[tuple[str, bool, str, str]]:
    """Yield texts (first word alone), and tags as whether they end something, their name, and their attributes as they
    stand. Each character is looked at a set number of times."""
    at = 0
    while (start := page.find("<", at)) >= 0:
        if start > at:
            yield page[at:start], False, "", ""
        ends = page.startswith("/", start + 1)
        named = _NAME.match(page, start + 1 + ends)
        if page.startswith("<!--", start):
            at = _behind(page, "-->", start + 4)
        elif named is None and page[start + 1 : start + 2] in {"!", "?", "/"}:
            at = _behind(page, ">", start + 1)
        elif named is None:
            yield "&lt;", False, "", ""
            at = start + 1
        else:
            end = _end_of_tag(page, named.end())
            name = named[0].lower()
            yield "", ends, name, page[named.end() : end]
            at = end + 1
            if not ends and _RAW.match(name):
                closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(page, at)
                at = closing.start() if closing else len(page)
    if at < len(page):
        yield page[at:], False, "", ""


def _behind(page: str, word: str, at: int) -> int:
    """Return where a word has ended; the end of the page where it does not come."""
    place = page.find(word, at)
    return len(page) if place < 0 else place + len(word)


def _end_of_tag(page: str, at: int) -> int:
    """Return where the tag is closed: by the first `>` that stands in no value. Not closed at all: the page's end."""
    while (found := _WITHIN.search(page, at)) is not None:
        if found[0] == ">":
            return found.start()
        begins = page[at : found.start()].rstrip().endswith("=")
        at = _behind(page, found[0], found.end()) if begins else found.end()
    return len(page)


def _written(attributes: str, allowed: Collection[str]) -> str:
    """Return attributes that are allowed, each once, as no parser can misread them."""
    values: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(attributes) if attributes.strip(" /\n") else ():
        name = match[1].lower()
        if name in allowed:
            values.setdefault(name, next((value for value in match.groups()[1:] if value is not None), ""))
    return "".join(f' {name}="{html.escape(html.unescape(value))}"' for name, value in values.items())
