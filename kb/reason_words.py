"""Why an item has its verdict, in the reader's language: the templates of `kb.upgrade.reasons`, which speaks English.

A reason travels as data: `[template, {word: text or a reason}]`, so that a kept check is told in any language.
"""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext, gettext_noop

from common.templatetags.moments import day_words
from kb.upgrade.reasons import LISTED_WHOLE, Reason

_RANGE = re.compile(r"(?P<begin>\d\S*) to (?P<end>\d[^\s,]*)")
TEMPLATES = (
    gettext_noop("introduced in {version}"),
    gettext_noop("seen on {version}"),
    gettext_noop("seen good on {version}"),
    gettext_noop("fixed in {version}"),
    gettext_noop("last affected version {version}"),
    gettext_noop("affected before {version}"),
    gettext_noop("listed as affected: {version}"),
    gettext_noop("hot-fix {version} does not have it"),
    gettext_noop("confirmed on {version}"),
    gettext_noop("{point} is not in the list of affected versions, which says that it is whole"),
    gettext_noop("no longer there from {version} on"),
    gettext_noop("{point} counts as affected: {said}"),
    gettext_noop("{point} counts as not affected: {said}"),
    gettext_noop("nothing is said about {point}"),
    gettext_noop("{point} is not in the catalogue"),
    gettext_noop("what was said about {point} is refuted by a sighting, a range or a confirmation"),
    gettext_noop("affected on the way, on {point}"),
    gettext_noop("{before} on {start}, {after} on {target}"),
    gettext_noop("several values stand on one of the versions: {values}"),
    gettext_noop("another value on the way, on {point}"),
    gettext_noop("no value is stated for {point}"),
    gettext_noop("the notice is about the step to {point}"),
    gettext_noop("whether the notice is about the step to {point} depends on the build"),
    gettext_noop("archived, but nothing stands in for all that is said of it"),
)


def as_data(reason: Reason) -> list[Any]:
    """Return a reason as data that JSON holds."""
    words = {name: as_data(word) if isinstance(word, Reason) else word for name, word in reason.words.items()}
    return [reason.template, words]


def told(data: list[Any], source: dict[str, Any] | None = None) -> str:
    """Return a reason in the reader's language; that of a list tells the day of its source, if one is known."""
    template, words = data[:2]
    if template == LISTED_WHOLE and (day := source and (source.get("published") or source.get("retrieved"))):
        return _listed_whole(words["point"], date.fromisoformat(day), read_only=not (source or {}).get("published"))
    return gettext(template).format(
        **{name: told(word) if isinstance(word, list) else _range(word) for name, word in words.items()}
    )


def _range(word: str) -> str:
    """Return a version, or ranges of them: `7.0.0 to 7.0.8`."""
    return _RANGE.sub(lambda ends: gettext("%(begin)s to %(end)s") % ends.groupdict(), word)


def _listed_whole(point: str, day: date, *, read_only: bool) -> str:
    """Return why a version that a whole list leaves out is not affected: which list, of when, and what it claims."""
    words = {"point": point, "day": day_words(day)}
    if read_only:
        return (
            gettext(
                "%(point)s counts as not affected only because the list of affected versions, as read on %(day)s,"
                " does not name it and says that it is complete"
            )
            % words
        )
    return (
        gettext(
            "%(point)s counts as not affected only because the list of affected versions of %(day)s"
            " does not name it and says that it is complete"
        )
        % words
    )
