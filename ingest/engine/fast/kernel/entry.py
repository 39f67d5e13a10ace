"""The one door to the compiled part: a C function that takes the address of its arguments, as 64-bit numbers.

So that a machine that has compiled it once needs nothing but the object code: `ingest.engine.fast.compiled` loads that
in a tenth of a second, where importing a compiler takes two. Nothing here allocates or raises.
"""

from typing import Any, Final

import numpy as np
from numba import carray, cfunc, from_dtype, types

from ingest.engine.fast.kernel.cut import cut
from ingest.engine.fast.kernel.families import arrange, group, sign, unique_rows
from ingest.engine.fast.kernel.lines import digest_of, read_lines, span_of
from ingest.engine.fast.kernel.memory import pointer_to
from ingest.engine.fast.rows import (
    ARRANGE,
    CUT,
    DIGEST,
    GROUP,
    PADDING,
    PLACES,
    READ,
    ROW,
    SIGN,
    SPAN,
    STRETCH,
    STRETCH_TOKENS,
    STRETCHES,
    UNIQUE,
    Known,
    Memory,
    Scanners,
)

_ROW: Final = from_dtype(ROW)


_bytes, _small, _signed, _unsigned, _rows = map(pointer_to, (types.uint8, types.int32, types.int64, types.uint64, _ROW))


@cfunc(types.void(types.CPointer(types.int64)), nopython=True)
def run(address: Any) -> None:
    """Do what the first number says, with the numbers and arrays behind it; answers are written over the first ones.

    The order of the arguments stands in `ingest.engine.fast.compiled.Compiled`.
    """
    a = carray(address, (64,))
    memory = Memory(
        texts=carray(_bytes(a[50]), (STRETCHES, STRETCH + PADDING)),
        sizes=carray(_signed(a[51]), (STRETCHES,)),
        counts=carray(_signed(a[52]), (STRETCHES,)),
        starts=carray(_signed(a[53]), (STRETCHES, STRETCH_TOKENS)),
        ends=carray(_signed(a[54]), (STRETCHES, STRETCH_TOKENS)),
        hashes=carray(_unsigned(a[55]), (STRETCHES, STRETCH_TOKENS, 2)),
        histories=carray(_signed(a[56]), (STRETCHES,)),
        turn=carray(_signed(a[57]), (1,)),
    )
    if a[0] == READ:
        scanners = Scanners(
            texts=carray(_bytes(a[34]), (a[38], a[39])),
            sizes=carray(_signed(a[35]), (a[38],)),
            bound=carray(_bytes(a[36]), (a[38],)),
            numbers=carray(_signed(a[37]), (a[38],)),
        )
        known = Known(
            shapes=carray(_unsigned(a[20]), (a[30],)),
            types=carray(_signed(a[21]), (a[30],)),
            places=carray(_signed(a[22]), (a[30], PLACES)),
            kept=carray(_unsigned(a[23]), (a[30],)),
            words=carray(_unsigned(a[24]), (a[31],)),
            meanings=carray(_signed(a[25]), (a[31],)),
            classifiers=carray(_unsigned(a[26]), (a[32],)),
            numbers=carray(_signed(a[27]), (a[32],)),
            devices=carray(_unsigned(a[28]), (a[33],)),
            units=carray(_signed(a[29]), (a[33],)),
            scanners=scanners,
        )
        most = a[4]
        a[0], a[1], a[2] = read_lines(
            carray(_bytes(a[1]), (a[3] + PADDING,)),
            a[2],
            a[3],
            most,
            known,
            a[5],
            a[6],
            a[7],
            a[8],
            carray(_rows(a[9]), (most,)),
            carray(_bytes(a[10]), (most,)),
            carray(_unsigned(a[11]), (most,)),
            carray(_signed(a[12]), (most, 2)),
            carray(_signed(a[13]), (a[14],)),
            carray(_signed(a[15]), (64,)),
            carray(_signed(a[16]), (64,)),
            carray(_unsigned(a[17]), (64, 2)),
            carray(_bytes(a[18]), (256,)),
            memory,
        )
    elif a[0] == SPAN:
        a[0], a[1], a[2] = span_of(
            carray(_rows(a[1]), (a[2],)),
            np.uint64(a[3]),
            a[4],
            carray(_signed(a[5]), (a[6], 3)),
            carray(_signed(a[7]), (a[2], 2)),
        )
    elif a[0] == SIGN:
        families = a[4]
        a[0], a[1] = sign(
            carray(_rows(a[1]), (a[2],)),
            carray(_signed(a[3]), (a[2],)),
            carray(_signed(a[5]), (families + 1,)),
            carray(_bytes(a[6]), (a[7],)),
            carray(_signed(a[8]), (64,)),
            carray(_unsigned(a[9]), (families,)),
            carray(_signed(a[10]), (families,)),
            carray(_unsigned(a[11]), (families,)),
            carray(_signed(a[12]), (a[2],)),
            carray(_signed(a[13]), (a[14], 3)),
        )
    elif a[0] == GROUP:
        a[0] = group(
            carray(_unsigned(a[1]), (a[2],)),
            carray(_small(a[3]), (a[4],)),
            carray(_signed(a[5]), (a[2],)),
            carray(_signed(a[6]), (a[2],)),
            carray(_signed(a[7]), (a[2],)),
        )
    elif a[0] == ARRANGE:
        count = a[4]
        arrange(
            carray(_signed(a[1]), (a[2],)),
            carray(_signed(a[3]), (count,)),
            carray(_signed(a[5]), (count + 1,)),
            carray(_signed(a[6]), (a[2],)),
        )
    elif a[0] == UNIQUE:
        a[0] = unique_rows(
            carray(_rows(a[1]), (a[2],)), carray(_signed(a[3]), (a[2],)), a[4], a[5], carray(_signed(a[6]), (64,))
        )
    elif a[0] == CUT:
        a[0], _, a[1], a[2], _ = cut(
            carray(_bytes(a[1]), (a[2] + PADDING,)),
            0,
            a[2],
            carray(_signed(a[3]), (64,)),
            carray(_signed(a[4]), (64,)),
            carray(_unsigned(a[5]), (64, 2)),
            memory,
        )
    elif a[0] == DIGEST:
        digest = digest_of(carray(_bytes(a[1]), (a[2] + PADDING,)), carray(_signed(a[3]), (a[4], 4)), a[5])
        a[0] = np.int64(digest)


def object_code() -> tuple[str, bytes]:
    """The name of `run` in the object code, and that code."""
    library = run._library
    machine = library.codegen._tm
    return run.native_name, machine.emit_object(library._final_module)
