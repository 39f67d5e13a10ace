"""A person, known by the e-mail address."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from common.zones import known_zones


def default_time_zone() -> str:
    """Return the zone a new person starts with."""
    return str(settings.DEFAULT_USER_TIME_ZONE)


def validate_time_zone(name: str) -> None:
    """Refuse what is no IANA time zone."""
    if name not in known_zones():
        raise ValidationError("%(name)s is no time zone: write one like Asia/Tokyo.", params={"name": name})


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses compare without case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail address."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; without a password nobody can log in as that person."""
        user: User = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator of accounts (which shows no case by itself: membership does)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in."""

    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True, default="")
    time_zone = models.CharField(max_length=64, default=default_time_zone, validators=[validate_time_zone])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May manage people, departments and memberships.")
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_without_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def shown_name(self) -> str:
        """The name to show; the address where none was given."""
        return str(self)
