"""The job outbox: work that is promised to be done."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Names the app `jobs`."""

    name = "common.jobs"
    label = "jobs"
