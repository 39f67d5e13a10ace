"""Stands in for the application's settings."""

SECRET_KEY = "only a toy"
INSTALLED_APPS: list[str] = []
USE_TZ = True
