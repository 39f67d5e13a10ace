"""The names of this app's job kinds: they stand in rows, and so are never changed."""

READ_EVIDENCE = "read-evidence"
RUN_DETECTOR = "run-detector"
DETECT_IN_CASE = "detect-in-case"
COMPARE_LOGS = "compare-logs"
FIND_LINES = "find-lines"
