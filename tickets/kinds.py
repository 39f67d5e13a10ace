"""The names of this app's job kinds: they stand in rows, and so are never changed."""

REMIND = "remind"
CHECK_EVIDENCE = "check-evidence"
RECHECK = "recheck"
