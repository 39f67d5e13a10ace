"""Detectors: Sigma rules and correlations, run over the table of events (`docs/detectors.md`)."""
