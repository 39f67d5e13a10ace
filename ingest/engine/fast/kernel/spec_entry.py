"""The door to what reads lines of formats that are data, as `kernel.entry` is to the rest: object code of its own.

A scan of FortiMail does not need it, and so need not load it.
"""

from typing import Any

import numpy as np
from numba import carray, cfunc, from_dtype, types

from ingest.engine.fast.kernel.memory import pointer_to
from ingest.engine.fast.kernel.spec_lines import read_spec_lines
from ingest.engine.fast.rows import NOTE, PADDING, ROW, SCRATCH

_KINDS = (types.uint8, types.int32, types.int64, types.uint64, from_dtype(ROW))
_bytes, _numbers, _signed, _unsigned, _rows = map(pointer_to, _KINDS)


@cfunc(types.void(types.CPointer(types.int64)), nopython=True)
def run(address: Any) -> None:
    """Read lines, with the numbers and addresses behind an address; the answers are written over the first ones."""
    a = carray(address, (64,))
    most = a[3]
    a[0], a[1], a[2] = read_spec_lines(
        carray(_bytes(a[0]), (a[2] + PADDING,)),
        a[0],
        a[1],
        a[2],
        most,
        (a[4], a[5], a[6], a[7]),
        carray(_unsigned(a[8]), (a[9],)),
        carray(_signed(a[10]), (a[9],)),
        carray(_unsigned(a[11]), (a[12],)),
        a[13],
        a[14],
        a[15],
        carray(_rows(a[16]), (most,)),
        carray(_bytes(a[17]), (most,)),
        carray(_numbers(a[18]), (most,)),
        carray(_signed(a[19]), (most, 2)),
        carray(_signed(a[20]), (a[21],)),
        carray(_numbers(a[22]), (a[23], NOTE)),
        a[24],
        a[25],
        a[26],
        carray(_bytes(a[27]), (np.int64(SCRATCH),)),
    )


def object_code() -> tuple[str, bytes]:
    """The name of `run` in the object code, and that code."""
    library = run._library
    machine = library.codegen._tm
    return run.native_name, machine.emit_object(library._final_module)
