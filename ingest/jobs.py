"""The job kinds of this app."""

from functools import partial

from common.jobs.kinds import JobKind, register
from ingest.kinds import COMPARE_LOGS, DETECT_IN_CASE, FIND_LINES, READ_EVIDENCE, RUN_DETECTOR
from ingest.queries.detectors import visible_detector_jobs
from ingest.services.comparisons import compare_logs, give_up_comparison
from ingest.services.detect_jobs import detect_case, give_up_detecting, run_detector
from ingest.services.import_mails import import_mails
from ingest.services.read_evidence import give_up_reading, read_evidence
from ingest.services.transaction_lines import find_lines, give_up_lines
from tickets.access import jobs_of_visible_cases, visible_evidence_jobs, visible_mail_jobs
from tickets.services.mail_imports import IMPORT_MAILS, give_up_import
from tickets.services.packs import MAKE_PACK, give_up_pack, make_pack_of_job


def register_kinds() -> None:
    """Make the kinds known to the workers and to the API of jobs; called once, at start."""
    of_cases = partial(partial, jobs_of_visible_cases)
    for name, handler, given_up, readable in (
        (READ_EVIDENCE, read_evidence, give_up_reading, visible_evidence_jobs),
        (COMPARE_LOGS, compare_logs, give_up_comparison, of_cases(kind=COMPARE_LOGS)),
        (FIND_LINES, find_lines, give_up_lines, of_cases(kind=FIND_LINES)),
        (RUN_DETECTOR, run_detector, give_up_detecting, visible_detector_jobs),
        (IMPORT_MAILS, import_mails, give_up_import, visible_mail_jobs),
        (MAKE_PACK, make_pack_of_job, give_up_pack, of_cases(kind=MAKE_PACK)),
        (DETECT_IN_CASE, detect_case, give_up_detecting, of_cases(kind=DETECT_IN_CASE)),
    ):
        register(JobKind(name=name, handler=handler, given_up=given_up, readable=readable))
