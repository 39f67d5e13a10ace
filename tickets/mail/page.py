"""HTML that somebody mailed, made fit to be looked at: nothing of it runs, and nothing is loaded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import nh3

TAGS = frozenset(
    {
        "a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd", "del", "div", "dl",
        "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre",
        "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
        "thead", "tr", "tt", "u", "ul", "var",
    }
)  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "table": {"border", "cellpadding", "cellspacing"},
    "ol": {"start"},
}
SCHEMES = frozenset({"http", "https", "mailto", "cid", "data"})
_PICTURE = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """HTML that is safe to show, and how many pictures of elsewhere were left out."""

    html: str
    left_out: int


def safe_page(page: str, pictures: Mapping[str, str]) -> Page:
    """Return what of a mail's HTML may be shown. `pictures`: content ids to `data:` addresses."""
    left_out = 0

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal left_out
        if (tag, name) == ("a", "href"):
            return value if _LINK.match(value.strip()) else None
        if (tag, name) != ("img", "src"):
            return value
        text = value.strip()
        shown = pictures.get(text[4:].strip("<>")) if text.lower().startswith("cid:") else None
        if shown is None and _PICTURE.fullmatch(text):
            shown = text
        left_out += shown is None
        return shown

    html = nh3.clean(
        page,
        tags=set(TAGS),
        clean_content_tags={"script", "style", "title", "head", "template", "noscript"},
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Page(html, left_out)
