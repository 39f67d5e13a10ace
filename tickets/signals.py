"""The one signal of the project, and one of its two ways up: evidence was stored, whoever reads it may begin."""

from django.dispatch import Signal

# Sent inside the transaction that stores the evidence, with `evidence`. A receiver may put a job into the outbox.
evidence_stored = Signal()
