"""Arrays in a .npz file of which it is known beforehand what each is: nothing else is inflated or even parsed."""

from __future__ import annotations

import ast
import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

from forge.blade.schema.record import FILLING, fields_since
from forge.blade.schema.versions import lacking, stood_for
from forge.blade.state.state import Layout
from forge.support.checks import ConfigError

_START = b"\x93NUMPY\x01\x00"  # and 2 bytes with the length of the description
_DESCRIPTION = 8192  # bytes of one at most
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the kinds of members that NumPy writes
_SPARE = tuple(f"{order}u{size}" for order, size in (("|", 1), ("<", 2), ("<", 4), ("<", 8)))
# What zipfile raises of files that are damaged, or that nobody writes.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Archive:
    """An open .npz file. Use it in a `with` block.

    Args:
        data: the file.

    Raises:
        ConfigError: if it is none.
    """

    def __init__(self, data: bytes) -> None:
        with _told():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.filename.removesuffix(".npy")
            if name in self._members:
                raise ConfigError(f"it holds {_short(name)} twice")
            if info.compress_type not in _PLAIN or info.flag_bits & 1:
                raise ConfigError(f"{_short(name)} is encrypted, or compressed in another way than deflated")
            self._members[name] = info

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> set[str]:
        """Of the arrays that it holds."""
        return set(self._members)

    def check_sizes(self, wanted: Mapping[str, Layout]) -> None:
        """Refuses members that claim another size than their array has.

        Raises:
            ConfigError: naming the array.
        """
        for name, (shape, dtype) in wanted.items():
            size = self._member(name).file_size
            if dtype.names is None:
                needed = dtype.itemsize * _count(shape)
                if not needed < size <= needed + _DESCRIPTION:
                    raise ConfigError(f"{name} claims {size} bytes; {dtype}{list(shape)} has {needed}")
            elif size > 2 * dtype.itemsize * _count(shape) + _DESCRIPTION:
                raise ConfigError(f"{name} claims {size} bytes, of records{list(shape)} of {dtype.itemsize} bytes")

    def vector(self, name: str, dtype: np.dtype[Any], most: int) -> np.ndarray:
        """A one-dimensional array of at most so many elements.

        Raises:
            ConfigError: if it is something else.
        """
        size = self._member(name).file_size
        if size > most * dtype.itemsize + _DESCRIPTION:
            raise ConfigError(f"{name} claims {size} bytes; at most {most * dtype.itemsize} are allowed")
        with self._opened(name) as (member, descr, shape):
            if descr != np.lib.format.dtype_to_descr(dtype) or len(shape) != 1 or shape[0] > most:
                raise ConfigError(f"{name} is {_short(descr)} of shape {shape}; wanted is {dtype} of shape (n,)")
            return np.frombuffer(_payload(member, name, shape[0] * dtype.itemsize), dtype)

    def array(self, name: str, wanted: Layout, version: int) -> np.ndarray:
        """An array of this shape and type. Fields of a record are found by name, and may be fewer in older versions.

        Args:
            name: of it.
            wanted: its shape and type.
            version: of the snapshot, which says what fields its records have.

        Returns:
            The array, read-only unless it holds records.

        Raises:
            ConfigError: if it is something else.
        """
        with self._opened(name) as (member, descr, shape):
            if shape != wanted.shape:
                raise ConfigError(f"{name} has shape {shape}; wanted is {wanted.shape}")
            dtype = _stored_type(name, descr, wanted.dtype, version)
            data = _payload(member, name, dtype.itemsize * _count(shape))
        found = np.frombuffer(data, dtype).reshape(shape)
        return found if wanted.dtype.names is None else _records(found, wanted, version)

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise ConfigError(f"it lacks {name}")
        return self._members[name]

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[tuple[IO[bytes], Any, tuple[int, ...]]]:
        """A member, from where its data begin, and its description: type and shape."""
        with _told(), self._zip.open(self._member(name)) as member:
            yield member, *_description(member, name)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ConfigError:
        raise
    except _DAMAGE as error:
        raise ConfigError(f"it is not a snapshot of worlds, or is damaged: {error or type(error).__name__}") from error


def _description(member: IO[bytes], name: str) -> tuple[Any, tuple[int, ...]]:
    """The type of a member, as NumPy describes it, and its shape."""
    start = member.read(len(_START) + 2)
    length = int.from_bytes(start[len(_START) :], "little")
    if not start.startswith(_START) or length > _DESCRIPTION - len(start):
        raise ConfigError(f"{name} is no array in the form that NumPy writes")
    try:
        told = ast.literal_eval(member.read(length).decode("latin1"))
        shape = told["shape"]
        whole = told.keys() == {"descr", "fortran_order", "shape"} and told["fortran_order"] is False
        if whole and isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape):
            return told["descr"], shape
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        pass
    raise ConfigError(f"{name} does not say what it is, or not as snapshots are written")


def _stored_type(name: str, descr: Any, wanted: np.dtype[Any], version: int) -> np.dtype[Any]:
    """The type that a file of a version may have for a wanted one."""
    if wanted.names is None:
        if descr != np.lib.format.dtype_to_descr(wanted):
            raise ConfigError(f"{name} is {_short(descr)}; wanted is {wanted}")
        return wanted
    known = {field[0]: field for field in np.lib.format.dtype_to_descr(wanted)}
    if not isinstance(descr, list) or not all(isinstance(field, tuple) and field for field in descr):
        raise ConfigError(f"{name} is {_short(descr)}; wanted are records of {', '.join(known)}")
    for field in descr:
        spare = len(field) == 2 and field[0] in FILLING and field[1] in _SPARE
        if not spare and (not isinstance(field[0], str) or field != known.get(field[0])):
            raise ConfigError(f"{name} has a field {_short(field)}; known are {', '.join(map(str, known.values()))}")
    names = [field[0] for field in descr]
    if len(set(names)) < len(names):
        raise ConfigError(f"{name} has a field twice: {', '.join(names)}")
    if missing := lacking(fields_since(wanted), names, version):
        raise ConfigError(f"{name} lacks the field {', '.join(missing)}")
    return np.dtype(descr)


def _records(found: np.ndarray, wanted: Layout, version: int) -> np.ndarray:
    """Records of today's type, with what stood for the fields that the file does not have."""
    records, since = np.zeros(*wanted), fields_since(wanted.dtype)
    names: Sequence[str] = found.dtype.names or ()
    for name in since.keys() & names:
        records[name] = found[name]
    for name, before in stood_for(since, names, version).items():
        records[name] = before
    return records


def _payload(member: IO[bytes], name: str, size: int) -> bytes:
    """Exactly so many bytes, with the right checksum, which is seen when a member has been read to its end."""
    data = member.read(size)
    if len(data) != size or member.read(1):
        raise ConfigError(f"{name} has {'more' if len(data) == size else 'fewer'} than the {size} bytes it should have")
    return data


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
