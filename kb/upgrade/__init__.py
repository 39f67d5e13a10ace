"""What a move from one version to another would bring. Plain Python; the contract is `docs/upgrade-check.md`."""
