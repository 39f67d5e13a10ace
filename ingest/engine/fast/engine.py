"""The compiled engine as `ingest.engine.scan` uses it: reads large logs, and judges what they say."""

from collections.abc import Callable, Sequence

from ingest.engine.fast.compiled import NotCompiled
from ingest.engine.fast.intake import FastIntake, NotForThis
from ingest.engine.fast.joined import Joint
from ingest.engine.fast.judging import FastJudge
from ingest.engine.fast.spec_intake import SpecIntake
from ingest.engine.fast.store import Store
from ingest.engine.findings.coverage import Context
from ingest.engine.findings.whole import Totals
from ingest.engine.judge import Judgement
from ingest.engine.result import OnProgress, Options
from ingest.engine.source import Source


class Engine(FastIntake):
    """An intake of rows that can judge them."""

    @property
    def joins(self) -> Sequence[Joint]:
        """Ids that belong together."""
        return ()

    def close(self) -> None:
        """Give up rows that lie on the disk."""
        self.store.close()

    def judge(self, context: Context, baseline: Totals | None, sources: list[Source]) -> Judgement:
        """As `ingest.engine.judge.judge`."""
        judging = FastJudge(self, sources, self.options.limits, context, self.joins)
        for rows in self.store.parts():
            judging.part(rows)
        return judging.finish(baseline)


class SpecEngine(SpecIntake, Engine):
    """The same for formats that are data."""

    @property
    def joins(self) -> Sequence[Joint]:
        """What the lines said of ids that belong together."""
        return self.links


Making = Callable[[Options, OnProgress | None, Store], Engine]


def read_fast(sources: list[Source], options: Options, on_progress: OnProgress | None) -> Engine | None:
    """Read sources, or None where one of them is nothing for this engine: then nothing was lost but time."""
    return _read(Engine, sources, options, on_progress) or _read(SpecEngine, sources, options, on_progress)


def _read(make: Making, sources: list[Source], options: Options, on_progress: OnProgress | None) -> Engine | None:
    try:
        engine = make(options, on_progress, Store())
    except NotCompiled:
        return None
    try:
        engine.read(sources)
    except NotForThis:
        engine.close()
        return None
    return engine
