"""Peers, measured by turns with Zenrei in one run."""
