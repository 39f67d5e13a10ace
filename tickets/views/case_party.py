"""The parties of a case and their numbers for it; the departments it is shared with."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import Department
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from kb.models import Party
from kb.queries.parties import parties_by_slug
from tickets.access import get_case, get_case_to_write
from tickets.forms import CasePartyForm, ShareForm
from tickets.services.cases import add_party, add_party_ticket, share_case, unshare_case
from tickets.views.case import settings_page


@require_POST
@for_people
def new_case_party(request: PageRequest, ref: str) -> HttpResponseBase:
    """Add a party, or a number that it gave the case."""
    case = get_case_to_write(request.principal, ref)
    form = CasePartyForm(request.POST, parties=Party.objects.order_by("name"), prefix="party")
    if form.is_valid():
        number = form.cleaned_data["number"]
        try:
            (party,) = parties_by_slug([form.cleaned_data["party"]], field="party")
            if number:
                add_party_ticket(case=case, author=request.user, party=party, number=number)
            else:
                add_party(case=case, author=request.user, party=party)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("change-case", case.ref)
    return settings_page(request, case, party_form=form, status=422)


@require_POST
@for_people
def new_share(request: PageRequest, ref: str) -> HttpResponseBase:
    """Share a case with a department."""
    case = get_case_to_write(request.principal, ref)
    form = ShareForm(request.POST, departments=Department.objects.exclude(pk=case.department_id), prefix="share")
    if form.is_valid():
        department = Department.objects.get(slug=form.cleaned_data["department"])
        share_case(principal=request.principal, case=case, department=department)
        return redirect("change-case", case.ref)
    return settings_page(request, case, share_form=form, status=422)


@require_POST
@for_people
def end_share(request: PageRequest, ref: str, slug: str) -> HttpResponseBase:
    """Take a case back from a department."""
    case = get_case(request.principal, ref)
    department = Department.objects.filter(slug=slug).first()
    if department is None:
        raise NotVisible
    unshare_case(principal=request.principal, case=case, department=department)
    return redirect("change-case", case.ref)
