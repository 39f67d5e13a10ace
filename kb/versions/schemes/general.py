"""Makers that no scheme was written for: numbers, words for pre-releases and patches, builds."""

from kb.versions.scheme import Scheme

GENERAL = Scheme(slug="general", title="General")
