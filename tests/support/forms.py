"""A form of a page as a browser sends it: every field that stands in the page, as it is filled in."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """Collects what the forms of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name and (found.get("type") != "checkbox" or "checked" in found):
            self.sent[name] = found.get("value", "on" if found.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area, self.sent[name] = name, ""
        elif tag == "option" and self._select and (self._select not in self.sent or "selected" in found):
            self.sent[self._select] = found.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data.removeprefix("\n") if not self.sent[self._area] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def filled_in(page: str) -> dict[str, str]:
    """Return the fields of a page's forms with what stands in them."""
    fields = _Fields()
    fields.feed(page)
    return fields.sent
