"""Asks that nobody has answered, as far as the timeline tells."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tickets.models import EntryKind, Precision, TimelineEntry

ANSWERING = (EntryKind.ANSWER, EntryKind.CLAIM)  # who is asked and states something has answered, like it or not
ROUGHLY = timedelta(days=7)  # a time that is known to the day or the week may lie this much before the ask


def standing(entries: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """Keep the newest revision of each entry."""
    return entries.filter(replaced_by__isnull=True)


def unanswered(entries: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """Keep the asks after which the party that was asked neither answered nor stated anything in the same case."""
    later = Q(happened_at__gte=OuterRef("happened_at")) | Q(
        ~Q(precision=Precision.MINUTE), pk__gt=OuterRef("pk"), happened_at__gte=OuterRef("happened_at") - ROUGHLY
    )
    answers = standing(TimelineEntry.objects.filter(later, kind__in=ANSWERING)).filter(
        Q(to_party=OuterRef("from_party")) | Q(to_party__isnull=True) | Q(kind=EntryKind.ANSWER),
        case=OuterRef("case"),
        from_party=OuterRef("to_party"),
    )
    asks = standing(entries).filter(kind=EntryKind.ASK, to_party__isnull=False)
    return asks.filter(~Exists(answers)).order_by(F("due_at").asc(nulls_last=True), "happened_at", "pk")
