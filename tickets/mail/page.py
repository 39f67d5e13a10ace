"""HTML that somebody mailed, made fit to be looked at: nothing of it runs, and nothing is loaded.

Done once, where a mail is read, in the child with limits. The mail's own pictures stay named by their content ids; what
shows the page puts their bytes in.
"""

import html
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import nh3

from tickets.mail.message import Attachment
from tickets.mail.nesting import well_nested

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
PICTURE_ALLOWED = 512 * 1024  # bytes of a picture of the mail's own
PICTURES_ALLOWED = 50  # in a page, each time that one is shown
PICTURE_TYPES = frozenset({"image/png", "image/gif", "image/jpeg", "image/webp"})
SCHEMES = frozenset({"http", "https", "mailto", "cid", "data"})
_PICTURE = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_ALLOWED = {tag: frozenset(ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())) for tag in TAGS}
_OWN = re.compile(r'(?<= )src="cid:([^"]*)"')
_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """HTML that is safe to show, and how many pictures of elsewhere were left out."""

    html: str
    left_out: int


def picture_ids(attachments: Iterable[Attachment]) -> set[str]:
    """Return the content ids of the pictures that a page can show."""
    return {
        one.content_id
        for one in attachments
        if one.content_id and one.content_type in PICTURE_TYPES and len(one.content) <= PICTURE_ALLOWED
    }


def safe_page(page: str, pictures: Collection[str]) -> Page:
    """Return what of a mail's HTML may be shown. `pictures`: the content ids that the mail has a picture for."""
    left_out = 0

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal left_out
        if (tag, name) == ("a", "href"):
            return value if _LINK.match(value.strip()) else None
        if (tag, name) != ("img", "src"):
            return value
        text = value.strip()
        content_id = text[4:].strip("<>")
        own = text.lower().startswith("cid:") and content_id in pictures
        shown = f"cid:{content_id}" if own else text if _PICTURE.fullmatch(text) else None
        left_out += shown is None
        return shown

    shown = nh3.clean(
        well_nested(page, _ALLOWED),
        tags=set(TAGS),
        clean_content_tags={"script", "style", "title", "head", "template", "noscript"},
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Page(shown, left_out)


def with_pictures(page: str, picture: Callable[[str], str | None]) -> Page:
    """Return a page that `safe_page` made with its own pictures in it; `picture` gives the `data:` address of a content
    id, or None where its bytes are not there. Those are counted, and so is what is beyond PICTURES_ALLOWED."""
    left_out = shown = 0

    def put(found: re.Match[str]) -> str:
        nonlocal left_out, shown
        address = picture(html.unescape(found[1])) if shown < PICTURES_ALLOWED else None
        left_out += address is None
        shown += address is not None
        return f'src="{html.escape(address)}"' if address else ""

    return Page(_OWN.sub(put, page), left_out)
