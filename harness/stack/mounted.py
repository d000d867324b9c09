"""What a compose file lends its containers of this machine: files, folders and variables that they
read when they start."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MADE_BY_OTHERS = ("/proc", "/sys", "/dev", "/run", "/var/run")
"""Folders of the system itself, whose content never stays."""
MADE_BY_TOOLS = ("test-results", "node_modules", "__pycache__")


def mounted_into(
    service: Mapping[str, Any], config: Mapping[str, Any], root: Path
) -> dict[str, str]:
    """Source -> fingerprint, of each file, config and secret that ``service`` is given.

    Of a folder that is mounted read-only, the size and the time of each file count. What is left
    out changes by itself: folders that a service may write to, those of the system, hidden ones,
    and what tools leave behind.

    Args:
        service: one of ``config``.
        config: what ``docker compose config`` says.
        root: folder of the compose file.
    """
    found: dict[str, str] = {}
    for mount in service.get("volumes") or []:
        source = Path(mount.get("source", ""))
        if mount["type"] != "bind" or any(map(source.is_relative_to, MADE_BY_OTHERS)):
            continue
        if not stat.S_ISDIR(_mode(source)):
            found[str(source)] = _content(source)
        elif mount.get("read_only"):
            # Without reading the files: a folder of data may be of any size.
            found |= {str(path): _known(path) for path in _files(source)}
    for kind in ("configs", "secrets"):
        for use in service.get(kind) or []:
            given = config.get(kind, {}).get(use["source"]) or {}
            if file := given.get("file"):
                found[file] = _content(Path(file))
            if variable := given.get("environment"):  # or one of .env
                found[f"${variable}"] = _sha256(os.environ.get(variable, "").encode())
                found[".env"] = _content(root / ".env")
    return dict(sorted(found.items()))


def _files(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder):
        folders[:] = [inner for inner in folders if inner[0] != "." and inner not in MADE_BY_TOOLS]
        yield from (Path(name, file) for file in files)


def _content(path: Path) -> str:
    """The hash of a file, or what can be told of one that only the engine may read."""
    # A socket or a device has no content, and reading one may never end.
    if not stat.S_ISREG(_mode(path)):
        return "no file"
    try:
        return _sha256(path.read_bytes())
    except OSError:
        return _known(path)


def _mode(path: Path) -> int:
    """What kind of thing is there; 0 where nobody can tell."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _known(path: Path) -> str:
    try:
        known = path.stat()
    except OSError as error:  # gone meanwhile, or in a closed folder
        return type(error).__name__
    return f"{known.st_size} bytes of {known.st_mtime_ns}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
