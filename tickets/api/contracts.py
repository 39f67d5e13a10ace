"""Contacts and contracts over the API, entered by hand or imported from CSV."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Day, Flag, Number, Text
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.revisions import IF_MATCH, seen_in, told_by
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from common.revisions import revision_of
from kb.queries.parties import parties_by_slug
from kb.queries.products import product_by_slug
from tickets.access import get_contact, get_contact_to_write, get_contract, get_contract_to_write, visible_contracts
from tickets.models import Contact, ContactLanguage, Contract, ContractClock
from tickets.queries.contracts import contact_history, contact_row, contract_history, contract_row
from tickets.services.contracts import change_contact, change_contract, create_contact, create_contract
from tickets.services.party_import import import_parties


class NewContactSerializer(serializers.Serializer[Any]):
    """Somebody at a party."""

    party = Text(max_length=140)
    name = Text(max_length=120)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = Text(max_length=40, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=ContactLanguage.choices, required=False)
    note = Text(max_length=10_000, required=False, allow_blank=True)


class ContactSerializer(NewContactSerializer):
    """A contact as it is told."""

    id = serializers.UUIDField()


class ContactChangesSerializer(serializers.Serializer[Any]):
    """What of a contact may be changed; what is not named stays."""

    name = Text(max_length=120, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = Text(max_length=40, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=ContactLanguage.choices, required=False)
    note = Text(max_length=10_000, required=False, allow_blank=True)


class EventSerializer(serializers.Serializer[Any]):
    """That something was recorded or changed: by field, what was (`old`) and what is (`new`)."""

    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=["recorded", "changed"])
    from_file = serializers.BooleanField(help_text="By an imported file.")
    changes = serializers.DictField(child=serializers.DictField(child=serializers.JSONField(allow_null=True)))


class ContactDetailSerializer(ContactSerializer):
    """A contact with its history, newest first."""

    history = EventSerializer(many=True)


class ContractTermsSerializer(serializers.Serializer[Any]):
    """What of a contract may be changed.

    `response_hours` maps a severity, or `any`, to the hours within which an answer is owed.
    """

    product = Text(max_length=140, required=False, allow_null=True, help_text="null: all products.")
    number = Text(max_length=80, required=False)
    support_level = Text(max_length=80, required=False, allow_blank=True)
    portal = serializers.URLField(max_length=300, required=False, allow_blank=True)
    starts_on = Day(required=False, allow_null=True)
    ends_on = Day(required=False, allow_null=True)
    response_hours = serializers.DictField(child=Number(min_value=0.01, max_value=8784), required=False)
    clock = serializers.ChoiceField(choices=ContractClock.choices, required=False)
    zone = Text(max_length=64, required=False, allow_blank=True, help_text="Like Asia/Tokyo.")
    holidays = Text(max_length=12, required=False, allow_blank=True, help_text="A country like JP.")
    hours = Text(max_length=11, required=False, allow_blank=True, help_text="Like 09:00-18:00.")
    shared = Flag(required=False)


class NewContractSerializer(ContractTermsSerializer):
    """A contract. A number may come once for each product, and once for all of them."""

    department = Text(max_length=120, required=False, help_text="Your first one where not given.")
    party = Text(max_length=140)
    number = Text(max_length=80)


class ContractSerializer(NewContractSerializer):
    """A contract as it is told."""

    id = serializers.UUIDField()


class ContractDetailSerializer(ContractSerializer):
    """A contract with its history, newest first; null for readers of other departments."""

    history = EventSerializer(many=True, allow_null=True)


class PartyImportSerializer(serializers.Serializer[Any]):
    """A CSV file whose first line names its columns (docs/api.md). A dry run changes nothing."""

    csv = Text(max_length=1_000_000, trim_whitespace=False)
    dry_run = Flag(required=False, default=False)
    department = Text(max_length=120, required=False, help_text="Your first one where not given.")


class ImportedRowSerializer(serializers.Serializer[Any]):
    """What became of a row; `told` says of party, contact and contract whether it is new, changed or the same."""

    line = serializers.IntegerField()
    party = serializers.CharField(allow_blank=True)
    told = serializers.DictField(child=serializers.CharField())
    changes = serializers.DictField(
        child=serializers.DictField(child=serializers.DictField(child=serializers.JSONField(allow_null=True))),
        help_text="Of contact and contract, by field: old and new.",
    )
    column = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    wrong = serializers.DictField(
        child=serializers.CharField(), help_text="All that is wrong, by column; `column` and `error` are the first."
    )


class ImportedSerializer(serializers.Serializer[Any]):
    """What became of all rows."""

    department = serializers.CharField()
    dry_run = serializers.BooleanField()
    rows = ImportedRowSerializer(many=True)


class ContactFilter(Filters):
    """Filters of the list."""

    party = filters.CharFilter(field_name="party__slug")


class ContractFilter(Filters):
    """Filters of the list."""

    party = filters.CharFilter(field_name="party__slug")
    product = filters.CharFilter(field_name="product__slug")


class ContactList(RowsListView):
    """The contacts, for everybody who is logged in, as the parties are."""

    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    queryset = Contact.objects.select_related("party")
    orderings: ClassVar[tuple[str, ...]] = ("name", "email")
    search_fields = ("name", "email")

    def rows(self, page: Sequence[Contact]) -> list[dict[str, Any]]:
        """Return the contacts of a page."""
        return [contact_row(contact) for contact in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=NewContactSerializer, responses={201: ContactSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a contact."""
        values = validated(NewContactSerializer, request)
        (values["party"],) = parties_by_slug([values["party"]], field="party")
        return Response(contact_row(create_contact(author=asker(request).user, **values)), status=201)


class ContactView(APIView):
    """One contact."""

    @extend_schema(responses=ContactDetailSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a contact; its `ETag` is for `If-Match` of a change."""
        return _contact(get_contact(public_id))

    @extend_schema(
        request=ContactChangesSerializer(partial=True), responses=ContactDetailSerializer, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change fields of a contact; what is not named stays. 412 where it is not as `If-Match` says."""
        contact = get_contact_to_write(asker(request), public_id)
        changes = validated(ContactChangesSerializer, request, partial=True)
        return _contact(
            change_contact(contact=contact, author=asker(request).user, changes=changes, seen=seen_in(request))
        )


def _contact(contact: Contact) -> Response:
    """Answer with a contact."""
    told = contact_row(contact) | {"history": contact_history(contact)}
    return Response(told, headers=told_by(revision_of(contact)))


class ContractList(RowsListView):
    """The contracts of the reader's departments, and those that are shared."""

    serializer_class = ContractSerializer
    filterset_class = ContractFilter
    queryset = Contract.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("number", "starts_on", "ends_on")
    search_fields = ("number", "support_level")

    def get_queryset(self) -> QuerySet[Contract]:
        """Return what the reader may see."""
        return visible_contracts(asker(self.request)).select_related("party", "product", "department")

    def rows(self, page: Sequence[Contract]) -> list[dict[str, Any]]:
        """Return the contracts of a page."""
        return [contract_row(contract) for contract in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell a contract again that its author may no longer see."""
        if not visible_contracts(asker(request)).filter(public_id=answer["id"]).exists():
            raise NotVisible

    @extend_schema(request=NewContractSerializer, responses={201: ContractSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a contract of a department."""
        values = validated(NewContractSerializer, request)
        values["department"] = asker(request).department_to_write(values.pop("department", None))
        (values["party"],) = parties_by_slug([values["party"]], field="party")
        values["product"] = product_by_slug(values.get("product"))
        return Response(contract_row(create_contract(author=asker(request).user, **values)), status=201)


class ContractView(APIView):
    """One contract."""

    @extend_schema(responses=ContractDetailSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a contract; its `ETag` is for `If-Match` of a change."""
        return _contract(request, get_contract(asker(request), public_id))

    @extend_schema(
        request=ContractTermsSerializer(partial=True), responses=ContractDetailSerializer, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change fields of a contract; what is not named stays. 412 where it is not as `If-Match` says."""
        contract = get_contract_to_write(asker(request), public_id)
        changes = validated(ContractTermsSerializer, request, partial=True)
        if "product" in changes:
            changes["product"] = product_by_slug(changes["product"])
        author = asker(request).user
        changed = change_contract(contract=contract, author=author, changes=changes, seen=seen_in(request))
        return _contract(request, changed)


def _contract(request: Request, contract: Contract) -> Response:
    """Answer with a contract."""
    told = contract_row(contract) | {"history": contract_history(asker(request), contract)}
    return Response(told, headers=told_by(revision_of(contract)))


class PartyImport(APIView):
    """Parties, contacts and contracts out of a CSV file."""

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell again what a file changed in a department for which its author may no longer write."""
        asker(request).department_to_write(answer.get("department"))

    @extend_schema(request=PartyImportSerializer, responses={200: ImportedSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Take a file in, or say what that would do. Rows that are wrong are told, the others go in."""
        values = validated(PartyImportSerializer, request)
        department = asker(request).department_to_write(values.get("department"))
        rows = import_parties(
            department=department, author=asker(request).user, text=values["csv"], dry_run=values["dry_run"]
        )
        told = [
            {
                "line": row.line,
                "party": row.party,
                "told": row.told,
                "changes": row.changes,
                "column": row.column,
                "error": row.error,
                "wrong": row.errors,
            }
            for row in rows
        ]
        return Response({"department": department.slug, "dry_run": values["dry_run"], "rows": told})
