"""The job kinds of this app."""

from common.jobs.kinds import JobKind, register
from ingest.kinds import COMPARE_LOGS, DETECT_IN_CASE, FIND_LINES, READ_EVIDENCE, RUN_DETECTOR
from ingest.queries.comparisons import visible_comparison_jobs
from ingest.queries.detectors import visible_case_runs, visible_detector_jobs
from ingest.queries.transaction_lines import visible_line_jobs
from ingest.services.comparisons import compare_logs, give_up_comparison
from ingest.services.detect_jobs import detect_case, give_up_detecting, run_detector
from ingest.services.read_evidence import give_up_reading, read_evidence
from ingest.services.transaction_lines import find_lines, give_up_lines
from tickets.access import visible_evidence_jobs


def register_kinds() -> None:
    """Make the kinds known to the workers and to the API of jobs; called once, at start."""
    register(
        JobKind(name=READ_EVIDENCE, handler=read_evidence, given_up=give_up_reading, readable=visible_evidence_jobs)
    )
    register(
        JobKind(name=COMPARE_LOGS, handler=compare_logs, given_up=give_up_comparison, readable=visible_comparison_jobs)
    )
    register(JobKind(name=FIND_LINES, handler=find_lines, given_up=give_up_lines, readable=visible_line_jobs))
    register(
        JobKind(name=RUN_DETECTOR, handler=run_detector, given_up=give_up_detecting, readable=visible_detector_jobs)
    )
    register(JobKind(name=DETECT_IN_CASE, handler=detect_case, given_up=give_up_detecting, readable=visible_case_runs))
