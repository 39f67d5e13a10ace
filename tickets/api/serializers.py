"""The shapes of the tickets API: what comes in is checked by these, what goes out is described by them."""

from typing import Any

from rest_framework import serializers

from common.api.fields import Moment, Text, TextList
from tickets.models import CaseKind, CaseState, EntryKind, FindingStatus, LinkState, Precision, ReadingState, Severity

MOMENT_HELP = "RFC 3339; now, where not given."


class CaseRowSerializer(serializers.Serializer[Any]):
    """A case in a list. Parties, product and department are slugs."""

    ref = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=CaseKind.choices)
    state = serializers.ChoiceField(choices=CaseState.choices)
    severity = serializers.ChoiceField(choices=Severity.choices)
    department = serializers.CharField()
    product = serializers.CharField(allow_null=True)
    release = serializers.CharField(allow_blank=True)
    parties = serializers.ListField(child=serializers.CharField())
    assignee = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CaseListSerializer(CaseRowSerializer):
    """A case in a list; whose turn it is is told where it is asked for (`turns`, `holder`, `overdue`, or the order)."""

    holders = serializers.ListField(child=serializers.CharField(), required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True, help_text="The first that a holder owes.")
    overdue = serializers.BooleanField(required=False)


class PartyTicketSerializer(serializers.Serializer[Any]):
    """The number that a party gave the case."""

    party = Text(max_length=140)
    number = Text(max_length=80)


class CaseSerializer(CaseRowSerializer):
    """A case alone."""

    mail_token = serializers.CharField(help_text="In a mail's subject it leads the mail to this case.")
    created_by = serializers.CharField()
    devices = serializers.ListField(child=serializers.CharField())
    party_tickets = PartyTicketSerializer(many=True)
    shared_with = serializers.ListField(child=serializers.CharField())


class CaseFieldsSerializer(serializers.Serializer[Any]):
    """The fields of a case that can be given and changed."""

    title = Text(max_length=300)
    kind = serializers.ChoiceField(choices=CaseKind.choices)
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    product = Text(max_length=140, required=False, allow_null=True)
    release = Text(max_length=80, required=False, allow_blank=True)


class NewCaseSerializer(CaseFieldsSerializer):
    """What a new case needs: a title and a kind."""

    department = Text(max_length=120, required=False, help_text="Your first one where not given.")
    parties = TextList(child=Text(max_length=140), required=False, max_length=50)
    devices = TextList(child=Text(max_length=80), required=False, max_length=200)
    opened_at = Moment(required=False, help_text=MOMENT_HELP)


class CaseChangesSerializer(CaseFieldsSerializer):
    """What can be changed of a case."""

    state = serializers.ChoiceField(choices=CaseState.choices, required=False)
    assignee = serializers.EmailField(required=False, allow_null=True, help_text="E-mail of a member, or null.")


class NewEntrySerializer(serializers.Serializer[Any]):
    """A new entry of the timeline."""

    kind = serializers.ChoiceField(choices=EntryKind.choices)
    happened_at = Moment(required=False, help_text=MOMENT_HELP)
    precision = serializers.ChoiceField(choices=Precision.choices, required=False)
    from_party = Text(max_length=140, required=False, allow_null=True)
    to_party = Text(max_length=140, required=False, allow_null=True)
    text = Text(max_length=100_000)
    due_at = Moment(required=False, allow_null=True)
    state = serializers.ChoiceField(
        choices=CaseState.choices, required=False, help_text="Of the kind state: the state of the case from then on."
    )


class EntrySerializer(serializers.Serializer[Any]):
    """An entry of the timeline; `replaced_by` names the correction, where there is one."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    happened_at = serializers.DateTimeField()
    precision = serializers.ChoiceField(choices=Precision.choices)
    recorded_at = serializers.DateTimeField()
    author = serializers.CharField(allow_null=True, help_text="null: the product itself.")
    from_party = serializers.CharField(allow_null=True)
    to_party = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=CaseState.choices, allow_null=True)
    evidence = serializers.UUIDField(allow_null=True)
    replaces = serializers.UUIDField(allow_null=True)
    replaced_by = serializers.UUIDField(allow_null=True)


class NewEvidenceSerializer(serializers.Serializer[Any]):
    """An upload: the file, and what it does not say itself. What is left out stays unknown."""

    file = serializers.FileField()
    device = serializers.CharField(max_length=80, required=False, allow_blank=True, help_text="A device's name.")
    firmware = serializers.CharField(max_length=80, required=False, allow_blank=True)
    zone = serializers.CharField(max_length=64, required=False, allow_blank=True, help_text="Like Asia/Tokyo.")
    from_party = serializers.CharField(max_length=140, required=False, allow_blank=True)
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class ReadingSerializer(serializers.Serializer[Any]):
    """What was read of a piece of evidence; never to be taken for clean where it is not `read`."""

    state = serializers.ChoiceField(choices=ReadingState.choices)
    reason = serializers.CharField(allow_blank=True)
    lines = serializers.IntegerField()
    unread_lines = serializers.IntegerField()
    first_time = serializers.CharField(allow_null=True)
    last_time = serializers.CharField(allow_null=True)
    rule_set = serializers.CharField(allow_blank=True)
    files = serializers.ListField(child=serializers.DictField())


class BreakSerializer(serializers.Serializer[Any]):
    """Something that is not what it was: `entry` is a number in the custody chain or timeline that `part` names."""

    part = serializers.CharField(help_text="blob, custody, timeline or heads")
    what = serializers.CharField()
    evidence = serializers.UUIDField(allow_null=True)
    entry = serializers.IntegerField(allow_null=True)
    case = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    timeline_entry = serializers.UUIDField(allow_null=True)


class IntegrityCheckSerializer(serializers.Serializer[Any]):
    """The last check of a piece: of its bytes and its custody chain. Nothing broken: it is what was given."""

    checked_at = serializers.DateTimeField()
    broken = BreakSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    """A piece of evidence. `reading` null: not read yet; `check` null: not checked again since it was received.
    `duplicate`: these bytes were here before.
    """

    id = serializers.UUIDField()
    case = serializers.CharField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    received_by = serializers.CharField()
    from_party = serializers.CharField(allow_null=True)
    device = serializers.CharField(allow_null=True)
    firmware = serializers.CharField(allow_blank=True)
    zone = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    job = serializers.UUIDField(allow_null=True)
    reading = ReadingSerializer(allow_null=True)
    check = IntegrityCheckSerializer(allow_null=True)


class ReceivedEvidenceSerializer(EvidenceSerializer):
    """The answer to an upload."""

    duplicate = serializers.BooleanField()


class CustodySerializer(serializers.Serializer[Any]):
    """A link of the custody chain."""

    sequence = serializers.IntegerField()
    happened_at = serializers.DateTimeField()
    actor = serializers.CharField(allow_null=True)
    action = serializers.CharField()
    details = serializers.DictField()
    previous_hash = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()


class CitedLineSerializer(serializers.Serializer[Any]):
    """A cited line: where it stands, and what it says."""

    evidence = serializers.UUIDField(allow_null=True)
    file = serializers.CharField()
    line = serializers.IntegerField()
    offset = serializers.IntegerField(help_text="Bytes from the beginning of the decompressed file.")
    says = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    transaction = serializers.CharField(allow_null=True)


class FindingSerializer(serializers.Serializer[Any]):
    """A finding, with the lines that prove it. `holds` false: more evidence explains it."""

    id = serializers.UUIDField()
    case = serializers.CharField()
    rule = serializers.CharField()
    detector = serializers.UUIDField(allow_null=True, help_text="Whose rule it is; null: the program's own.")
    severity = serializers.ChoiceField(choices=Severity.choices)
    transaction = serializers.CharField()
    recipient = serializers.CharField(allow_null=True)
    device = serializers.CharField(allow_null=True)
    firmware = serializers.CharField(allow_null=True, help_text="null: version unknown.")
    summary = serializers.CharField()
    rule_set = serializers.CharField()
    holds = serializers.BooleanField()
    status = serializers.ChoiceField(choices=FindingStatus.choices)
    status_by = serializers.CharField(allow_null=True)
    status_at = serializers.DateTimeField(allow_null=True)
    issue = serializers.CharField(allow_null=True, help_text="The slug of the known issue that it is, or may be.")
    link = serializers.ChoiceField(choices=["proposed", *LinkState.values], allow_null=True)
    evidence = CitedLineSerializer(many=True)


class FindingStatusSerializer(serializers.Serializer[Any]):
    """What a person makes of a finding: its `status`, or whether it is a known issue (`link`).

    Without `issue` the word is about the one that is proposed.
    """

    status = serializers.ChoiceField(choices=FindingStatus.choices, required=False)
    link = serializers.ChoiceField(choices=LinkState.choices, required=False)
    issue = Text(max_length=140, required=False)


class ShareSerializer(serializers.Serializer[Any]):
    """A department that a case is shared with."""

    department = Text(max_length=120, help_text="A department's slug.")
