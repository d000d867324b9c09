"""Reads the files of a bundle folder, each one once, and hashes exactly what was read.

Nothing here understands a file. A name is opened relative to the folder that was opened first and
never through a link, so nothing outside the folder is read and nothing can be swapped between
the check and the use.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

FIX = "run ./run_pipeline.sh to write a whole bundle, then start the API again"
_CHUNK = 1 << 20
# NONBLOCK: opening a named pipe must not wait for a writer.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class BundleError(Exception):
    """A bundle that must not be served: one line naming the file, both hashes and the fix."""

    def __init__(self, problem: str) -> None:
        line = " ".join(f"{problem}. Fix: {FIX}.".split())
        super().__init__("".join(c if c.isprintable() else "?" for c in line))


class FileRead(NamedTuple):
    """``size`` in bytes; ``content`` is None when only the hash was asked for."""

    size: int
    sha256: str
    content: bytes | None

    def __str__(self) -> str:
        return f"sha256 {self.sha256} ({self.size} bytes)"


class Folder:
    """An open bundle folder."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def names(self) -> set[str]:
        return set(os.listdir(self._descriptor))

    def read(self, name: str, *, keep: bool) -> FileRead:
        """Reads ``name`` to its end; keeps the bytes only when they are to be parsed.

        Raises:
            BundleError: it is a link, a folder or a device, or cannot be read.
        """
        try:
            descriptor = os.open(name, _FLAGS, dir_fd=self._descriptor)
        except OSError as error:
            found = "a symbolic link" if error.errno == errno.ELOOP else error.strerror
            raise BundleError(f"{self.path / name} is not a plain file: found {found}") from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                found = "a folder, pipe or device"
                raise BundleError(f"{self.path / name} is not a plain file: found {found}")
            return _read_to_end(descriptor, keep=keep)
        except OSError as error:
            raise BundleError(f"{self.path / name} cannot be read: {error.strerror}") from error
        finally:
            os.close(descriptor)


def _read_to_end(descriptor: int, *, keep: bool) -> FileRead:
    digest, size, parts = hashlib.sha256(), 0, []
    while chunk := os.read(descriptor, _CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if keep:
            parts.append(chunk)
    return FileRead(size, digest.hexdigest(), b"".join(parts) if keep else None)


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """Opens the bundle folder itself, which may be reached through a link.

    Raises:
        BundleError: there is none, or it is empty.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise BundleError(f"there is no bundle at {path}: {error.strerror}") from error
    try:
        folder = Folder(path, descriptor)
        if not folder.names():
            raise BundleError(f"there is no bundle at {path}: the folder is empty")
        yield folder
    finally:
        os.close(descriptor)
