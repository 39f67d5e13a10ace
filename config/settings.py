"""Settings of the project. All that differs between installations comes from the environment (docs/operations.md)."""

import hashlib
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool, env_hours, env_int, env_list, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

DATA_DIR = Path(env_str("ZENREI_DATA", str(BASE_DIR / "var"))).resolve()
EMBEDDED = env_bool("ZENREI_EMBEDDED", default=False)
DEBUG = env_bool("ZENREI_DEBUG", default=False)

SECRET_KEY = env_secret("ZENREI_SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "ZENREI_SECRET_KEY (or ZENREI_SECRET_KEY_FILE) is not set. `python3 run.py exec …` sets it."
        )
    SECRET_KEY = "only-for-development"  # noqa: S105

ALLOWED_HOSTS = env_list("ZENREI_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("ZENREI_TRUSTED_ORIGINS")
BEHIND_TLS = env_bool("ZENREI_TLS", default=False)
BEHIND_PROXY = env_bool("ZENREI_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Parts -----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "common",
    "common.jobs",
    "accounts",
    "kb",
    "tickets",
    "ingest",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.RefuseNulMiddleware",
    "common.middleware.DatabaseAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "common.context_processors.page",
            ],
        },
    }
]

# --- Database, cache, broker -----------------------------------------------------------------------------------------

DATABASE_URL = env_secret("DATABASE_URL")
# `migrate` alone runs as the owner of the tables: web and workers cannot drop a trigger that keeps history.
OWNER_DATABASE_URL = env_secret("ZENREI_OWNER_DATABASE_URL")
if OWNER_DATABASE_URL and sys.argv[1:2] == ["migrate"]:
    DATABASE_URL = OWNER_DATABASE_URL
if not DATABASE_URL:
    raise ImproperlyConfigured("DATABASE_URL is not set. `python3 run.py exec …` sets it for the embedded server.")
_database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
_database |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 0}
# Parameters go to the server apart from the text. It plans each statement for what is asked, since the best plan of a
# search depends on its word; common/rows.py says which statements it plans once and keeps.
_database["OPTIONS"] = _database.get("OPTIONS", {}) | {"connect_timeout": 5, "server_side_binding": True}
# The pool serves the web processes only: Celery closes pools at the end of each task (celery#10554).
if env_bool("ZENREI_DB_POOL", default=False):
    _database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env_int("ZENREI_DB_POOL_SIZE", 4, least=1),
        "timeout": 5,
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env_secret("ZENREI_CACHE_URL")
if CACHE_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CACHE_URL,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }

CELERY_BROKER_URL = env_secret("CELERY_BROKER_URL") or "memory://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # The job row is the truth (common/jobs): a send that fails is given up at once, the sweep sends again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.05,
    "interval_max": 0.05,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "zenrei"
CELERY_TASK_DEFAULT_QUEUE_TYPE = env_str("ZENREI_QUEUE_TYPE", "classic")
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {
        "task": "common.jobs.tasks.sweep",
        "schedule": timedelta(seconds=env_int("ZENREI_JOB_SWEEP_SECONDS", 3, least=1)),
        "options": {"expires": 10},
    },
    "publish-heads": {
        "task": "tickets.tasks.publish",
        "schedule": timedelta(seconds=env_int("ZENREI_HEADS_SECONDS", 10, least=1)),
        "options": {"expires": 10},
    },
    "repeat-jobs": {
        "task": "common.jobs.tasks.repeat",
        "schedule": timedelta(seconds=env_int("ZENREI_JOB_REPEAT_SECONDS", 60, least=1)),
        "options": {"expires": 30},
    },
}

# How often all open cases are looked at for what is due, and after how many days the managers are told
REMINDER_SECONDS = env_int("ZENREI_REMINDER_SECONDS", 600, least=1)
ESCALATE_DAYS = env_int("ZENREI_ESCALATE_DAYS", 7, least=1)

JOB_LEASE_SECONDS = env_int("ZENREI_JOB_LEASE_SECONDS", 15, least=2)
JOB_FAILURES_ALLOWED = env_int("ZENREI_JOB_FAILURES_ALLOWED", 3, least=1)
JOB_DEATHS_ALLOWED = env_int("ZENREI_JOB_DEATHS_ALLOWED", 20, least=2)

# --- Evidence --------------------------------------------------------------------------------------------------------

EVIDENCE_DIR = DATA_DIR / "evidence"
COMPILED_DIR = DATA_DIR / "compiled"  # object code of the log engine: made again where it is missing
SCRATCH_DIR = DATA_DIR / "scratch"  # what a reading works on; beside the evidence, for there is room
UPLOAD_BYTES_ALLOWED = env_int("ZENREI_UPLOAD_BYTES_ALLOWED", 64 * 1024**3, least=1)
SOURCE_DAYS = env_int("ZENREI_SOURCE_DAYS", 90, least=1)
# Evidence is read again when its last check is so old: so often a run, so many bytes a run
RECHECK_DAYS = env_int("ZENREI_RECHECK_DAYS", 30, least=1)
RECHECK_SECONDS = env_int("ZENREI_RECHECK_SECONDS", 600, least=1)
RECHECK_BYTES = env_int("ZENREI_RECHECK_BYTES", 4 * 1024**3, least=1)
UPLOADS_AT_ONCE = env_int("ZENREI_UPLOADS_AT_ONCE", 4, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 20

SCAN_MEMORY_BYTES = env_int("ZENREI_SCAN_MEMORY_BYTES", 4 * 1024**3, least=64 * 1024**2)
SCAN_CPU_SECONDS = env_int("ZENREI_SCAN_CPU_SECONDS", 4 * 3600, least=1)
SCAN_WALL_SECONDS = env_int("ZENREI_SCAN_WALL_SECONDS", 8 * 3600, least=1)
SCAN_RESULT_BYTES = env_int("ZENREI_SCAN_RESULT_BYTES", 4 * 1024**3, least=1024)

# --- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sessions.PeopleBackend"]
SESSION_ENGINE = "accounts.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:log-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "accounts:log-in"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_USER_TIME_ZONE = env_str("ZENREI_TIME_ZONE", "Asia/Tokyo")
# In whose office hours an answer is waited for, where no contract says another: docs/whose-turn.md
BUSINESS_HOURS = env_hours("ZENREI_BUSINESS_HOURS", "09:00-18:00")
HOLIDAYS = env_str("ZENREI_HOLIDAYS", "JP")

# --- Pages -----------------------------------------------------------------------------------------------------------


def _static_version(folder: Path) -> str:
    """Return a short hash over our own static files, so that each version of them has an address of its own."""
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_URL = f"/static/{_static_version(BASE_DIR / 'static')}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 365 * 24 * 3600  # the address changes with the content

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_FAILURE_VIEW = "common.views.csrf_failure"
LANGUAGE_COOKIE_NAME = "language"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_SSL_REDIRECT = BEHIND_TLS
# Inside the container the health checks speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health/"]

# --- API -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.TokenScope"],
    "DEFAULT_RENDERER_CLASSES": ["common.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.BoundedCountPagination",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.ProblemAutoSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.negotiation.JsonOnly",
    "EXCEPTION_HANDLER": "common.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 50,
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Zenrei",
    "DESCRIPTION": "Before you upgrade, see what happened the last time: cases, evidence and what it proves.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "PartyKindEnum": "kb.models.party.PartyKind",
        "NewPartyKindEnum": "kb.services.parties.NAMED_BY_PEOPLE",
        "CaseKindEnum": "tickets.models.case.CaseKind",
        "CaseStateEnum": "tickets.models.case.CaseState",
        "EntryKindEnum": "tickets.models.entry.EntryKind",
        "MailKindEnum": "tickets.models.mail.MailKind",
        "DueSourceEnum": "tickets.api.turns.SOURCES",
        "PromiseStateEnum": "tickets.api.turns.PROMISE_STATES",
        "JobStateEnum": "common.jobs.models.JobState",
        "ReadingStateEnum": "tickets.models.reading.ReadingState",
        "IssueKindEnum": "kb.models.issue.IssueKind",
        "SourceKindEnum": "kb.models.catalogue.SourceKind",
        "StatementSaysEnum": "kb.models.statement.StatementSays",
        "ValueSaysEnum": "kb.models.behaviour.ValueSays",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.api.schema.document_problems",
    ],
}

# --- Log lines of the program itself ---------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("ZENREI_LOG_LEVEL", "INFO")},
}
