"""The names of this app's job kinds: they stand in rows, and so are never changed."""

READ_EVIDENCE = "read-evidence"
COMPARE_LOGS = "compare-logs"
FIND_LINES = "find-lines"
