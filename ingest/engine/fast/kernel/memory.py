"""Memory by its address, compiled: an array as an argument is seven arguments, an address is one."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def pointer_to(kind: Any) -> Any:
    """A function that takes a number for the address of values of a type."""

    @intrinsic
    def pointer(typingctx: Any, address: Any) -> Any:
        signature = types.CPointer(kind)(types.int64)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return signature, codegen

    return pointer


def _place(builder: Any, address: Any, at: Any, bits: int) -> Any:
    return builder.gep(builder.inttoptr(address, ir.IntType(bits).as_pointer()), [at])


def _reader(bits: int, kind: Any) -> Any:
    @intrinsic
    def read(typingctx: Any, address: Any, at: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.zext(builder.load(_place(builder, *arguments, bits), align=1), ir.IntType(64))

        return types.int64(types.int64, types.int64), codegen

    return read


get8 = _reader(8, types.uint8)  # the at-th byte behind an address


@intrinsic
def get32(typingctx: Any, address: Any, at: Any) -> Any:
    """The at-th signed 32-bit number behind an address."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.sext(builder.load(_place(builder, *arguments, 32), align=4), ir.IntType(64))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def put32(typingctx: Any, address: Any, at: Any, value: Any) -> Any:
    """Write the at-th signed 32-bit number behind an address."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address_, at_, value_ = arguments
        builder.store(builder.trunc(value_, ir.IntType(32)), _place(builder, address_, at_, 32), align=4)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def get64(typingctx: Any, address: Any, at: Any) -> Any:
    """The at-th signed 64-bit number behind an address."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_place(builder, *arguments, 64), align=8)

    return types.int64(types.int64, types.int64), codegen
