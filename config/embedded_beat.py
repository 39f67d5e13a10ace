"""Loaded into the embedded worker (`--include`): its beat, a process of its own, ends when the worker is killed."""

from celery.signals import beat_embedded_init

from config.child import die_with_our_parent


@beat_embedded_init.connect
def end_with_the_worker(**_signal: object) -> None:
    """Run in the beat process when it starts."""
    die_with_our_parent()
