"""Writes a bundle so that it is never half there: temporary folder, read back, one rename.

Whoever reads ``artifacts/bundle`` at any moment, also one at which training is killed, finds a
whole bundle: the old one or the new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
CHECKSUM = "manifest.json.sha256"
"""What ``sha256sum manifest.json`` prints, so that the manifest itself is checked too."""
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def describe(folder: Path) -> dict[str, dict[str, Any]]:
    """sha256 and size in bytes of every file in ``folder`` but the manifest and its checksum."""
    return {
        file.name: {
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "size": file.stat().st_size,
        }
        for file in sorted(folder.iterdir())
        if file.name not in (MANIFEST, CHECKSUM)
    }


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Adds the manifest of the files that are in ``folder`` and its checksum; flushes all to disk.

    Raises:
        OSError: what is on the disk is not what was written.
    """
    manifest = {**content, "files": describe(folder)}
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    write_durably(folder / MANIFEST, text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_durably(folder / CHECKSUM, f"{digest}  {MANIFEST}\n".encode())
    for file in folder.iterdir():
        _sync(file)
    _sync(folder)
    read_back = json.loads((folder / MANIFEST).read_bytes())
    if read_back["files"] != describe(folder):
        raise OSError(errno.EIO, "read back another content than was written", str(folder))


def write_durably(file: Path, content: bytes) -> None:
    """Replaces ``file`` in one step, by way of a temporary file beside it."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        _sync(temporary)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


class PlaceError(Exception):
    """A bundle cannot go where it was told to; says why."""


def check_place(place: Path) -> None:
    """Refuses a place that holds something else, because publishing removes what is there.

    Raises:
        PlaceError: naming it.
    """
    if not place.exists():
        return
    if not place.is_dir() or (any(place.iterdir()) and not (place / MANIFEST).is_file()):
        raise PlaceError(
            f"{place}: holds something that is no bundle, and would be replaced. "
            "Fix: name a new or empty folder with --output."
        )


def publish(new: Path, place: Path) -> None:
    """Puts the folder ``new`` at ``place``; what was there is removed afterwards.

    Both must be on one file system. The exchange is one system call where the platform has it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    recover(place)
    if not place.exists():
        os.rename(new, place)
    elif _exchange(new, place):
        shutil.rmtree(new)
    else:
        old = _old(place)
        os.rename(place, old)
        os.rename(new, place)
        shutil.rmtree(old)
    _sync(place.parent)


def recover(place: Path) -> None:
    """Undoes a publication that was killed between its two renames, where there is no exchange."""
    old = _old(place)
    if old.exists():
        if place.exists():
            shutil.rmtree(old)
        else:
            os.rename(old, place)


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def _exchange(one: Path, other: Path) -> bool:
    """Swaps two paths atomically; False where kernel or file system cannot."""
    with contextlib.suppress(AttributeError, OSError):
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        arguments = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
        if renameat2(*arguments) == 0:
            return True
        if ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise RuntimeError(f"{one} and {other}: {os.strerror(ctypes.get_errno())}")
    return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
