"""Mails over the API: a file of them taken in, what they say, and where they are filed."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Text
from common.api.filters import Filters, MomentFilter, TrueOrFalse
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from tickets.access import (
    attachment_of,
    get_case_to_write,
    get_mail,
    get_mail_to_write,
    original_of,
    visible_mails,
)
from tickets.downloads import attachment_download, original_download
from tickets.models import FiledBy, Mail, MailKind, Precision
from tickets.queries.mails import for_rows, mail_detail, mail_row
from tickets.services.mail_by_hand import file_mail, take_mail_out
from tickets.services.mail_imports import receive_mail_file
from tickets.uploads import ReceivedUpload, check_before_body, receiving, uploaded_file


class NewMailFileSerializer(serializers.Serializer[Any]):
    """A file of mail: `.eml`, `.msg` or mbox, also gzipped. Its bytes say which."""

    file = serializers.FileField()
    department = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Your first one where not given."
    )


class ReceivedMailFileSerializer(serializers.Serializer[Any]):
    """A file that is kept; `job` tells how far its reading is, and at its end what became of the mails."""

    job = serializers.UUIDField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class MailAddressSerializer(serializers.Serializer[Any]):
    """An address with the name beside it."""

    name = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class MailRecipientSerializer(MailAddressSerializer):
    """Whom a field names."""

    field = serializers.CharField(help_text="to, cc or bcc")


class UndeliveredSerializer(serializers.Serializer[Any]):
    """What a bounce says of one recipient."""

    recipient = serializers.CharField()
    action = serializers.CharField(allow_blank=True)
    status = serializers.CharField(allow_blank=True)
    diagnostic = serializers.CharField(allow_blank=True)


class MailAttachmentSerializer(serializers.Serializer[Any]):
    """A part of a mail that is kept by itself."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    inline = serializers.BooleanField()
    evidence = serializers.UUIDField(allow_null=True)


class MailRowSerializer(serializers.Serializer[Any]):
    """A mail as a list tells it. `reason` says why one without a case waits."""

    id = serializers.UUIDField()
    message_id = serializers.CharField(allow_blank=True)
    department = serializers.CharField()
    case = serializers.CharField(allow_null=True)
    happened_at = serializers.DateTimeField()
    precision = serializers.ChoiceField(choices=Precision.choices)
    recorded_at = serializers.DateTimeField()
    subject = serializers.CharField(allow_blank=True)
    recipients = MailRecipientSerializer(many=True)
    kind = serializers.ChoiceField(choices=MailKind.choices)
    reason = serializers.CharField(allow_blank=True)
    selected_case = serializers.CharField(allow_null=True)
    doubts = serializers.ListField(child=serializers.CharField())
    damage = serializers.ListField(child=serializers.CharField())
    undelivered = UndeliveredSerializer(many=True)
    sha256 = serializers.CharField()
    attachments = MailAttachmentSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; `from` is a word of Python."""
        return super().get_fields() | {"from": MailAddressSerializer()}


class MailFilingSerializer(serializers.Serializer[Any]):
    """That a mail was put into a case, and perhaps taken out again."""

    case = serializers.CharField()
    by = serializers.ChoiceField(choices=FiledBy.choices)
    filed_at = serializers.DateTimeField()
    filed_by = serializers.CharField()
    entry = serializers.UUIDField()
    taken_out_at = serializers.DateTimeField(allow_null=True)
    taken_out_by = serializers.CharField(allow_null=True)
    why = serializers.CharField(allow_blank=True)


class MailOriginalSerializer(serializers.Serializer[Any]):
    """An original of a mail: where it begins in which file, whose name its own department is told."""

    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    file = serializers.CharField(allow_null=True)
    place = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class MailSerializer(MailRowSerializer):
    """One mail, with its text, where it was filed, and its originals: the same mail can come by several ways."""

    text = serializers.CharField(allow_blank=True)
    filings = MailFilingSerializer(many=True)
    originals = MailOriginalSerializer(many=True)


class FileMailSerializer(serializers.Serializer[Any]):
    """The case that a mail belongs to."""

    case = Text(max_length=20)


class FiledMailSerializer(MailSerializer):
    """A mail that was filed; `followed` counts those that waited for it and went with it."""

    followed = serializers.IntegerField()


class TakeMailOutSerializer(serializers.Serializer[Any]):
    """Why a mail does not belong into its case."""

    why = Text(max_length=2000)


class MailFilter(Filters):
    """Filters of the list."""

    case = filters.CharFilter(field_name="case__ref")
    inbox = TrueOrFalse(field_name="case", lookup_expr="isnull")
    kind = filters.ChoiceFilter(choices=MailKind.choices)
    department = filters.CharFilter(field_name="department__slug")
    message_id = filters.CharFilter(field_name="message_id")
    happened_after = MomentFilter(field_name="happened_at", lookup_expr="gte")
    happened_before = MomentFilter(field_name="happened_at", lookup_expr="lt")


class MailList(RowsListView):
    """The mails that the reader may see: those of visible cases, and those in the inboxes of own departments."""

    serializer_class = MailRowSerializer
    filterset_class = MailFilter
    queryset = Mail.objects.none()
    parser_classes = (MultiPartParser,)
    orderings: ClassVar[tuple[str, ...]] = ("-happened_at", "recorded_at", "subject")
    search_fields = ("subject", "from_address", "from_name")

    def get_queryset(self) -> QuerySet[Mail]:
        """Return what the reader may see."""
        return for_rows(visible_mails(asker(self.request)))

    def rows(self, page: Sequence[Mail]) -> list[dict[str, Any]]:
        """Return the mails of a page."""
        return [mail_row(mail) for mail in page]

    def authorize(self, request: Request, **_: Any) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=NewMailFileSerializer, responses={202: ReceivedMailFileSerializer})
    def post(self, request: Request) -> Response:
        """Take a file of mail in. It is stored when the answer comes; `job` tells how far its reading is.

        Rights and length are checked before the first byte of the body is read.
        """
        self.authorize(request)
        check_before_body(request._request)
        with receiving(request._request):
            return self.store(request, upload=uploaded_file(request.FILES))

    @idempotent
    def store(self, request: Request, *, upload: ReceivedUpload) -> Response:
        """Keep the received blob and promise its reading."""
        values = validated(NewMailFileSerializer, request)
        department = asker(request).department_to_write(values.get("department") or None)
        blob = upload.keep()
        taken = receive_mail_file(department=department, giver=asker(request).user, blob=blob, name=upload.name or "")
        job = taken.job.public_id if taken.job else None
        return Response({"job": job, "sha256": blob.sha256, "size": blob.size}, status=202)


class MailView(APIView):
    """One mail."""

    @extend_schema(responses=MailSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a mail."""
        return Response(mail_detail(asker(request), get_mail(asker(request), str(public_id))))


class MailFile(APIView):
    """Putting a mail into a case."""

    def authorize(self, request: Request, public_id: uuid.UUID) -> None:
        """Refuse who may not file the mail."""
        get_mail_to_write(asker(request), str(public_id))

    @extend_schema(request=FileMailSerializer, responses={200: FiledMailSerializer})
    @idempotent
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Put a mail that waits into a case. Mails that wait and answer it follow, if their senders may write there."""
        case = get_case_to_write(asker(request), validated(FileMailSerializer, request)["case"])
        mail = get_mail_to_write(asker(request), str(public_id))
        followed = file_mail(mail=mail, case=case, actor=asker(request).user)
        return Response(mail_detail(asker(request), mail) | {"followed": followed})


class MailTakeOut(APIView):
    """Taking a mail out of its case."""

    def authorize(self, request: Request, public_id: uuid.UUID) -> None:
        """Refuse who may not file the mail."""
        get_mail_to_write(asker(request), str(public_id))

    @extend_schema(request=TakeMailOutSerializer, responses={200: MailSerializer})
    @idempotent
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Put a mail back into the inbox; its entry stays in the case, struck through."""
        mail = get_mail_to_write(asker(request), str(public_id))
        take_mail_out(mail=mail, actor=asker(request).user, why=validated(TakeMailOutSerializer, request)["why"])
        return Response(mail_detail(asker(request), mail))


class MailOriginal(APIView):
    """The original of a mail; of several, the one that came first."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, public_id: uuid.UUID) -> FileResponse:
        """Give the mail back as it came, bit for bit."""
        mail = get_mail(asker(request), str(public_id))
        return original_download(mail, mail.blob_id, reader=asker(request).user, taken=request.method == "GET")


class MailOriginalDownload(APIView):
    """The bytes of one of a mail's originals."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, public_id: uuid.UUID, sha256: str) -> FileResponse:
        """Give an original back as it came, bit for bit."""
        mail = get_mail(asker(request), str(public_id))
        one = original_of(mail, sha256)
        return original_download(mail, one.blob_id, reader=asker(request).user, taken=request.method == "GET")


class MailAttachmentDownload(APIView):
    """The bytes of an attachment."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, public_id: uuid.UUID, attachment: uuid.UUID) -> FileResponse:
        """Give an attachment back, bit for bit."""
        one = attachment_of(get_mail(asker(request), str(public_id)), attachment)
        return attachment_download(one, reader=asker(request).user, taken=request.method == "GET")
