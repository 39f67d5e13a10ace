"""The compiled part: made once on a machine, kept as object code, and loaded without a compiler.

numba compiles it, which takes some ten seconds; to import numba alone takes longer than to read half a million lines.
So the object code is kept, under a name that holds everything it was made from: its sources, LLVM's version and the
processor. LLVM's own loader puts it into memory.
"""

import contextlib
import ctypes
import hashlib
import importlib
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import llvmlite
import llvmlite.binding as llvm
import numpy as np

from ingest.engine import event, times
from ingest.engine.fast import GIVEN
from ingest.engine.fast.rows import (
    ARRANGE,
    CUT,
    DIGEST,
    GROUP,
    MOST_ROWS,
    MOST_SLOTS,
    MOST_TOKENS,
    PADDING,
    READ,
    SCRATCH,
    SIGN,
    SPAN,
    STACK,
    STRETCH,
    STRETCH_TOKENS,
    STRETCHES,
    UNIQUE,
    Known,
    Memory,
)
from ingest.engine.fortimail import message, receipts, session

HERE: Final = Path(__file__).parent
# The sources of the compiled part, and what it takes its constants from.
SOURCES: Final = (
    *sorted((HERE / "kernel").glob("*.py")),
    *(
        HERE / "rows.py",
        HERE / "pure.py",
        Path(event.__file__),
        Path(message.__file__),
        Path(receipts.__file__),
        Path(session.__file__),
        Path(times.__file__),
    ),
)
# Called where something goes wrong that cannot: nothing in the compiled part allocates or raises.
_NEVER: Final = (
    *(
        "NRT_Free",
        "NRT_Allocate",
        "NRT_MemInfo_call_dtor",
        "NRT_MemInfo_alloc_safe_aligned",
        "NRT_incref",
        "NRT_decref",
    ),
    *("numba_do_raise", "numba_gil_ensure", "numba_gil_release", "numba_unpickle"),
    "numba_runtime_build_excinfo_struct",
)
# The object codes, each with the module that it is made by: FortiMail with all that follows, and formats that are data.
KERNEL: Final = "kernel"
FORMATS: Final = "formats"
DOORS: Final = {
    KERNEL: "ingest.engine.fast.kernel.entry",
    FORMATS: "ingest.engine.fast.kernel.spec_entry",
}
_ARGUMENTS: Final = 64
_MEMORY_AT: Final = 50  # the place of its arrays among the arguments


class Compiled:
    """The functions of `kernel`. Their arrays must be contiguous, and texts have `PADDING` bytes behind their end.

    One is for one thread at a time: it remembers parts of lines.
    """

    def __init__(self, address: int) -> None:
        self._place = address
        self._run = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)
        self._memory = Memory(
            texts=np.zeros((STRETCHES, STRETCH + PADDING), np.uint8),
            sizes=np.zeros(STRETCHES, np.int64),
            counts=np.zeros(STRETCHES, np.int64),
            starts=np.zeros((STRETCHES, STRETCH_TOKENS), np.int64),
            ends=np.zeros((STRETCHES, STRETCH_TOKENS), np.int64),
            hashes=np.zeros((STRETCHES, STRETCH_TOKENS, 2), np.uint64),
            histories=np.zeros(STRETCHES, np.int64),
            turn=np.zeros(1, np.int64),
        )
        self._remembered = [_address(array) for array in self._memory]

    def again(self) -> "Compiled":
        """The same, for another thread."""
        return Compiled(self._place)

    def _call(self, what: int, *arguments: Any) -> list[int]:
        """Call with numbers and arrays, which stand for their addresses. Returns the first numbers as they are then."""
        numbers = np.zeros(_ARGUMENTS, np.int64)
        numbers[0] = what
        for place, one in enumerate(arguments, 1):
            numbers[place] = _address(one) if isinstance(one, np.ndarray) else one
        numbers[_MEMORY_AT : _MEMORY_AT + len(self._remembered)] = self._remembered
        self._run(_address(numbers))
        return numbers[:3].tolist()  # type: ignore[no-any-return]

    def read_lines(
        self,
        text: tuple[Any, int, int, int],
        known: Known,
        where: Sequence[int],
        outputs: Sequence[Any],
        seen: Any,
    ) -> tuple[int, int, int]:
        """Read lines. ``text`` is the data, where to begin and to end, and how many lines to read at most.

        ``where`` is the place, the number of the first line, the offset, and the device of lines that name none.

        ``outputs`` are rows, states, shapes and bounds. Returns the numbers of lines and of those beyond ASCII, and
        where the next line begins.
        """
        scratch = (
            *(np.empty(MOST_TOKENS, np.int64), np.empty(MOST_TOKENS, np.int64)),
            *(np.empty((MOST_TOKENS, 2), np.uint64), np.empty(256, np.uint8)),
        )
        *arrays, scanners = known
        counts = len(known.shapes), len(known.words), len(known.classifiers), len(known.devices)
        texts, *rest = scanners
        count, other, next_ = self._call(
            READ,
            *(*text, *where, *outputs, seen, len(seen), *scratch, 0),
            *arrays,
            *counts,
            *(texts, *rest, *texts.shape),
        )
        return count, other, next_

    def span_of(self, rows: Any, kinds: int, undated: int, spans: Any, days: Any) -> tuple[int, int, int]:
        """The first and last stamp of rows, and how many days were noted."""
        first, last, noted = self._call(SPAN, rows, len(rows), kinds, undated, spans, len(spans), days)
        return first, last, noted

    def sign(
        self,
        rows: Any,
        order: Any,
        bounds: Any,
        has_firmware: Any,
        outputs: Sequence[Any],
    ) -> tuple[int, int]:
        """Sign families. ``outputs`` are signatures, last, when, seen and days; returns how many there are of both.

        What they are, `ingest.engine.fast.families.Signed` says.
        """
        kept = np.empty(MOST_ROWS, np.int64)
        seen_count, day_count, _ = self._call(
            SIGN,
            *(rows, len(rows), order, len(bounds) - 1, bounds, has_firmware, len(has_firmware), kept),
            *(*outputs, len(outputs[-1])),
        )
        return seen_count, day_count

    def group(self, values: Any) -> tuple[Any, Any, Any]:
        """Number values by their first appearance: the number of each, where each number is first, and how often."""
        size = 1 << (2 * len(values)).bit_length()
        table = np.zeros(size, np.int32)
        ids, first, counts = (np.empty(len(values), np.int64) for _ in range(3))
        count = self._call(GROUP, values, len(values), table, size, ids, first, counts)[0]
        return ids, first[:count].copy(), counts[:count].copy()

    def arrange(self, ids: Any, counts: Any) -> tuple[Any, Any]:
        """The places in the order of their numbers, and where each number begins, with the end behind them."""
        bounds, order = np.empty(len(counts) + 1, np.int64), np.empty(len(ids), np.int64)
        self._call(ARRANGE, ids, len(ids), counts, len(counts), bounds, order)
        return order, bounds

    def unique_rows(self, rows: Any, order: Any, begin: int, end: int) -> list[int]:
        """The rows of a family that speak, each event once; it has a signature, so they are not too many."""
        kept = np.empty(MOST_ROWS, np.int64)
        count = self._call(UNIQUE, rows, len(rows), order, begin, end, kept)[0]
        return kept[:count].tolist()  # type: ignore[no-any-return]

    def cut(self, raw: bytes) -> tuple[list[bytes], bytes | None]:
        """The values of a line, and its message; no values where it cannot be cut in one way only."""
        data = np.frombuffer(raw + bytes(PADDING), np.uint8)
        starts, ends = np.empty(MOST_TOKENS, np.int64), np.empty(MOST_TOKENS, np.int64)
        hashes = np.empty((MOST_TOKENS, 2), np.uint64)
        count, begin, end = self._call(CUT, data, len(raw), starts, ends, hashes)
        values = [raw[starts[place] : ends[place]] for place in range(count)]
        return values, raw[begin:end] if begin >= 0 else None

    def digest(self, texts: Sequence[str], *, has_message: bool) -> int:
        """The digest of a line out of its keys and values by turns; the message, where there is one, is the last."""
        raw = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = np.cumsum([0, *map(len, raw)])
        bounds = np.stack([ends[:-1:2], ends[1::2], ends[1::2], ends[2::2]], axis=1)
        data = np.frombuffer(b"".join(raw) + bytes(PADDING), np.uint8)
        digest = self._call(DIGEST, data, int(ends[-1]), bounds, len(bounds), has_message)[0]
        return digest % (1 << 64)


class CompiledFormats:
    """`kernel.spec_lines`. One is for one thread at a time."""

    def __init__(self, address: int) -> None:
        self._place = address
        self._run = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)
        self._own = (
            *(np.empty(2 * MOST_SLOTS, np.int32), np.empty(2 * MOST_SLOTS, np.int32), np.empty(STACK, np.int32)),
            np.zeros(SCRATCH, np.uint8),
        )

    def again(self) -> "CompiledFormats":
        """The same, for another thread."""
        return CompiledFormats(self._place)

    def read_lines(
        self,
        text: tuple[Any, int, int, int],
        plan: Sequence[Any],
        known: Sequence[Any],
        where: Sequence[int],
        outputs: Sequence[Any],
    ) -> tuple[int, int, int]:
        """Read lines. ``text`` is the data, where to begin and to end, and how many lines to read at most.

        ``plan`` is the table, the code, the sets and the words of a plan; ``known`` the hashes of devices with their
        numbers, and those of zones. ``where`` is the place, the offset, and the device of lines that name none.
        ``outputs`` are rows, states, dates, bounds, seen and notes. Returns the numbers of lines and of notes, and
        where the next line begins.
        """
        devices, units, zones = known
        *arrays, seen, notes = outputs
        arguments = (
            *(*text, *plan, devices, len(devices), units, zones, len(zones), *where),
            *(*arrays, seen, len(seen), notes, len(notes), *self._own),
        )
        numbers = np.zeros(_ARGUMENTS, np.int64)
        for place, one in enumerate(arguments):
            numbers[place] = _address(one) if isinstance(one, np.ndarray) else one
        self._run(_address(numbers))
        count, noted, next_ = numbers[:3].tolist()
        return count, noted, next_


class NotCompiled(Exception):
    """There is no object code where it was to be, and whoever runs here is not to make it."""


@lru_cache(maxsize=1)
def compiled() -> Compiled:
    """The compiled part. Where this machine has not compiled it yet, that is done now, and may take half a minute.

    Raises `NotCompiled` where `GIVEN` names a folder that has none: a reading is handed the object code, and neither
    waits for it nor writes it.
    """
    return Compiled(address_of(KERNEL))


@lru_cache(maxsize=1)
def compiled_formats() -> "CompiledFormats":
    """The part that reads formats that are data; as `compiled`."""
    return CompiledFormats(address_of(FORMATS))


def address_of(door: str) -> int:
    """Where a part begins in memory; as `compiled`."""
    given = os.environ.get(GIVEN)
    kept = _find([Path(given)] if given else folders(), door)
    if kept is None and given:
        raise NotCompiled(given)
    return _load(*(kept or _make(folders(), door)))


def folders() -> list[Path]:
    """Where object code is kept for whoever asks for no other place: the first one that can be written is used."""
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return [HERE / "__pycache__", own / "zenrei"]


def make(folder: Path) -> None:
    """Put object code into a folder, where it has none for this program and machine yet."""
    for door in DOORS:
        if _find([folder], door) is None:
            _make([folder], door)


def _find(where: Sequence[Path], door: str = KERNEL) -> tuple[str, bytes] | None:
    for path in (folder / _name(door) for folder in where):
        with contextlib.suppress(OSError):
            if kept := _read(path):
                return kept
    return None


def _make(where: Sequence[Path], door: str) -> tuple[str, bytes]:
    """Compile, and keep the code whole or not at all in the first folder that takes it."""
    name, code = importlib.import_module(DOORS[door]).object_code()  # the compiler: slow to import
    rest = name.encode() + b"\n" + code
    for folder in where:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
            Path(file.name).replace(folder / _name(door))
            break
    return name, code


@lru_cache(maxsize=len(DOORS))
def _name(door: str = KERNEL) -> str:
    made_of = hashlib.sha256()
    for source in SOURCES:
        made_of.update(source.read_bytes())
    host = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), llvmlite.__version__, np.__version__
    made_of.update(repr(host).encode())
    return f"{door}-{made_of.hexdigest()[:32]}.o"


def _read(path: Path) -> tuple[str, bytes] | None:
    """What was kept: a digest, the function's name, and the code; None where a byte of it is another."""
    digest, _, rest = path.read_bytes().partition(b"\n")
    name, _, code = rest.partition(b"\n")
    return (name.decode(), code) if hashlib.sha256(rest).hexdigest().encode() == digest else None


def _address(array: Any) -> int:
    """Where an array lies. Its `ctypes` attribute makes four objects to say so, its interface describes each column."""
    if array.dtype.names:
        return array.ctypes.data  # type: ignore[no-any-return]
    return array.__array_interface__["data"][0]  # type: ignore[no-any-return]


_never = ctypes.CFUNCTYPE(None)(os.abort)


_loaded: list[Any] = []  # what LLVM must not give up while the code is in use


def _load(name: str, code: bytes) -> int:
    """Put object code into memory, and return the address of a function in it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for symbol in _NEVER:
        llvm.add_symbol(symbol, ctypes.cast(_never, ctypes.c_void_p).value)
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _loaded.append(engine)
    return int(engine.get_function_address(name))


if __name__ == "__main__":
    os.nice(10)  # nobody waits for it
    make(Path(sys.argv[1]))
