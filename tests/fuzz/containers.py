"""Damage inside containers: arrays of .npz, tensors of safetensors, the entries of a zip archive."""

from __future__ import annotations

import functools
import io
import json
import re
import struct
import zipfile
import zlib
from random import Random
from typing import Any

import numpy as np

from tests.fuzz.damage import EXTREMES
from tests.fuzz.values import change, mutate_json


def mutate_array(draws: Random, data: bytes) -> bytes:
    """An .npz file in which one array has a number out of range, another type or shape, or is missing or new."""
    members = _members(data)
    for _ in range(draws.choice((1, 1, 1, 2))):
        name = draws.choice(sorted(members))
        if name == "header.npy" and draws.random() < 0.7:
            text = np.load(io.BytesIO(members[name])).tobytes()
            members[name] = _npy(np.frombuffer(mutate_json(draws, text), np.uint8))
        elif draws.random() < 0.8:
            members[name] = _npy(_changed(draws, np.load(io.BytesIO(members[name]), allow_pickle=False)))
        else:
            _change_members(draws, members, name)
    return _zipped(members)


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return buffer.getvalue()


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _changed(draws: Random, array: np.ndarray) -> np.ndarray:
    kind = draws.random()
    if kind < 0.85 and array.size:
        array = array.copy()
        column = array[draws.choice(array.dtype.names)] if array.dtype.names else array
        _set(draws, column)
        return array
    if kind < 0.9:
        return (
            array.astype(draws.choice(("<i8", "<f8", "<u1", "<c16", ">i4", "<U4", "?")))
            if array.dtype.kind in "iufb"
            else array[..., :0]
        )
    if kind < 0.95:
        return draws.choice((array[None], array[:0], array.ravel(), np.concatenate([array, array])))
    return np.asfortranarray(array.reshape(-1, 1) if array.ndim else array)


def _set(draws: Random, column: np.ndarray) -> None:
    """Writes an extreme number of its type over one, some or all of a column."""
    if column.dtype.kind == "f":
        number: Any = draws.choice((np.nan, np.inf, -np.inf, 0.0, 1e38, -1e38, 1e-40))
    elif column.dtype.kind == "b":
        number = draws.random() < 0.5
    else:
        info = np.iinfo(column.dtype)
        near = (int(column.flat[0]) + 1, int(column.flat[0]) - 1, info.max, info.min, info.max - 1, info.max // 2)
        number = draws.choice((*EXTREMES, 30000, 30001, 200, *near))
        number = number if info.min <= number <= info.max else info.max
    if draws.random() < 0.8:
        column.flat[draws.randrange(column.size)] = number
    elif draws.random() < 0.5:
        column[...] = number
    else:
        column.flat[:: draws.randint(2, 5)] = number


def _change_members(draws: Random, members: dict[str, bytes], name: str) -> None:
    kind = draws.randrange(6)
    if kind == 0:
        del members[name]
    elif kind == 1:
        members[draws.choice(("extra.npy", "extra", "../out.npy", "header", name.upper()))] = members[name]
    elif kind == 2:
        members[name] = members[draws.choice(sorted(members))]
    elif kind == 3:
        members[name] = members[name][: draws.randrange(len(members[name]))]
    else:
        members[name] = _other_npy_header(draws, members[name])


def _other_npy_header(draws: Random, member: bytes) -> bytes:
    shape = draws.choice(
        (b"(1000000000000,)", b"(-1,)", b"(2, 3", b"((((((1,),),),),),)", b"(" * 5000, b"None", b"(True,)", b"(1.5,)")
    )
    kind = draws.choice((b"|O", b"<i4", b"<V100000000", b"<U99999999", b"", b"<f128", b"|S0", b"<M8[ns]"))
    length = struct.unpack_from("<H", member, 8)[0]
    header = member[10 : 10 + length]
    if draws.random() < 0.5:
        header = re.sub(rb"\([^)]*\)", lambda _: shape, header, count=1)
    else:
        header = re.sub(rb"'[<|=>][^']*'", lambda _: b"'" + kind + b"'", header, count=1)
    return member[:8] + struct.pack("<H", len(header)) + header + member[10 + length :]


def mutate_zip(draws: Random, data: bytes) -> bytes:
    """A zip archive in which a number of a local header, of the directory or of its end is another."""
    if draws.random() < 0.03:
        return _with_bomb(data)
    marks = [found.start() for found in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", data)]
    changed = bytearray(data)
    for _ in range(draws.choice((1, 1, 2))):
        at = draws.choice(marks)
        offset, size = draws.choice(_ZIP_FIELDS[bytes(data[at + 2 : at + 4])])
        number = draws.choice((*EXTREMES, 8, 9, 12, 14, 99, 3, 2048, len(data)))
        changed[at + offset : at + offset + size] = (number % 2 ** (8 * size)).to_bytes(size, "little")
    return bytes(changed)


# Of each record the places and sizes of its numbers (PKWARE, "APPNOTE.TXT", 4.3).
_ZIP_FIELDS = {
    b"\x01\x02": ((6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (42, 4)),
    b"\x03\x04": ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    b"\x05\x06": ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}


@functools.cache
def zeros(gigabytes: int) -> bytes:
    """A deflate stream of so many GB of zeros, in which one block stands again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**22)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (gigabytes * 2**8) + packer.flush()


def _with_bomb(data: bytes) -> bytes:
    """The archive with one more member, which inflates to 3 GB. Its CRC is wrong, which is seen too late."""
    buffer, body = io.BytesIO(), zeros(3)
    members = _members(data)
    members["extra.npy"] = b"?"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
        entry = archive.getinfo("extra.npy")
    whole = buffer.getvalue()
    begin, end = entry.header_offset, archive.start_dir
    local, size = bytearray(whole[begin : begin + 30 + len("extra.npy")]), 3 * 2**30
    local[18:26] = struct.pack("<II", len(body), size)
    directory = whole[end:]
    last = directory.rindex(b"PK\x01\x02")
    directory = directory[: last + 20] + struct.pack("<II", len(body), size) + directory[last + 28 :]
    finish = directory.rindex(b"PK\x05\x06")
    place = struct.pack("<I", begin + len(local) + len(body))
    directory = directory[: finish + 16] + place + directory[finish + 20 :]
    return whole[:begin] + bytes(local) + body + directory


def mutate_tensors(draws: Random, data: bytes) -> bytes:
    """A safetensors file with another header, or with numbers that are not finite or huge."""
    (length,) = struct.unpack_from("<Q", data)
    text, body = data[8 : 8 + length], bytearray(data[8 + length :])
    header = json.loads(text)
    kind = draws.random()
    if kind < 0.2:
        text = mutate_json(draws, text)
    elif kind < 0.3:
        length = draws.choice((0, 1, 8, 100_000_001, 2**31, 2**63 - 1, 2**64 - 1, length - 1, length + 1))
        return struct.pack("<Q", length) + data[8:]
    elif kind < 0.75 and header:
        header = _other_tensors(draws, header)
        text = json.dumps(header).encode()
    elif body:
        at = draws.randrange(max(1, len(body) // 4)) * 4
        number = draws.choice(
            (b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\0\0\x80\xff", b"\xff\xff\x7f\x7f", b"\xff" * 4, b"\0" * 4)
        )
        body[at : at + 4] = number
    return struct.pack("<Q", len(text)) + text + bytes(body)


def _other_tensors(draws: Random, header: dict[str, Any]) -> dict[str, Any]:
    name = draws.choice([*header])
    entry = header[name]
    kind = draws.randrange(8)
    if kind == 0:
        header[draws.choice((f"{name}.x", "new", "0", "99.exp_avg", "-1.step", "x.step", ""))] = header.pop(name)
    elif kind == 1:
        other = draws.choice([*header])
        header[name], header[other] = header[other], header[name]
    elif kind == 2:  # as many numbers in another shape
        count = int(np.prod(entry.get("shape", [1])))
        entry["shape"] = draws.choice(([count], [1, count], [count, 1], [1] * 70 + [count]))
    elif kind == 3:  # as many bytes of another type
        entry["dtype"] = {"F32": draws.choice(("I32", "U32", "F32")), "I64": "F64", "U64": "I64"}.get(
            entry.get("dtype"), "U8"
        )
    elif kind == 4:
        del header[name]
    elif kind == 5:
        header["__metadata__"] = {"format": draws.choice(("pt", "np", "x" * 100_000))}
    else:
        header[name] = change(draws, entry)
    return header
