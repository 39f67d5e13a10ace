"""The Celery application: `celery -A config.celery worker`.

Tasks carry ids; the job rows are the truth (common/jobs).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("zenrei")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["common.jobs", "tickets"])
