"""What people change about themselves."""

from django.core.exceptions import ValidationError

from accounts.models import User
from common.errors import Invalid


def change_preferences(*, user: User, name: str, language: str, time_zone: str) -> User:
    """Change a person's name, language and time zone."""
    user.name, user.language, user.time_zone = name.strip(), language, time_zone
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid(
            "Something about you does not hold.", fields={k: v[0] for k, v in error.message_dict.items()}
        ) from None
    user.save(update_fields=["name", "language", "time_zone"])
    return user


def choose_language(*, user: User, language: str) -> None:
    """Remember the language in which a person reads pages."""
    user.language = language
    user.save(update_fields=["language"])
