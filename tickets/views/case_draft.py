"""What somebody typed of a new case, kept while a product, party or device is recorded that it needs.

It waits in the session under a short key, which stands in the address of the form: two forms at once keep theirs apart.
"""

import secrets
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.views.door import PageRequest
from common.ways import with_words
from tickets.forms import CaseForm

KEPT = "new-case-drafts"
MOST = 5  # the newest forms; older ones were left
LONGEST = 20_000  # no field takes more
PAGES = {"product": "new-product", "party": "new-party", "device": "new-device"}
LISTS = ("parties", "devices")


def detour(request: PageRequest) -> HttpResponse | None:
    """Keep the form and lead to the page that records what it lacks; None where the form asks for none."""
    page = PAGES.get(request.POST.get("record", ""))
    if page is None:
        return None
    key = secrets.token_hex(4)
    drafts = request.session.get(KEPT, {}) | {key: _sent(request)}
    request.session[KEPT] = dict(list(drafts.items())[-MOST:])
    return redirect(with_words(reverse(page), next=with_words(reverse("new-case"), draft=key)))


def _sent(request: PageRequest) -> dict[str, list[str]]:
    """Return the fields of the form as they were sent."""
    names = [name for name in CaseForm.base_fields if name in request.POST]
    return {name: [value[:LONGEST] for value in request.POST.getlist(name)] for name in names}


def typed(request: PageRequest) -> dict[str, Any]:
    """Return what was typed so far, to be shown in a form that nobody has sent yet."""
    return _values(_sent(request))


def _values(sent: dict[str, list[str]]) -> dict[str, Any]:
    return {name: values if name in LISTS else values[-1] for name, values in sent.items() if values}


def drafted(request: PageRequest) -> dict[str, Any]:
    """Return what the form's address brings along: the draft that it names, and what was recorded meanwhile."""
    draft = request.session.get(KEPT, {}).get(request.GET.get("draft", ""), {}) if "draft" in request.GET else {}
    values = _values(draft)
    for name in LISTS:
        values[name] = [*values.get(name, []), *request.GET.getlist(name)]
    return values | ({"product": request.GET["product"]} if "product" in request.GET else {})
