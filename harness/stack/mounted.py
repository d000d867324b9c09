"""What this machine lends the containers of a compose file: files and folders that are mounted into
them and that they cannot change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def mounted_into(service: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, str]:
    """Path on this machine -> what is there, for each file that ``service`` reads.

    A folder that the service may write to is left out: what is in it changes by itself, as that of
    a volume does.

    Args:
        service: one of ``config``.
        config: what ``docker compose config`` says.
    """
    found = {
        path: _content(path) for source in _sources(service, config) for path in _files(source)
    }
    return {str(path): found[path] for path in sorted(found)}


def _sources(service: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[Path]:
    for mount in service.get("volumes") or []:
        source = Path(mount.get("source", ""))
        if mount["type"] == "bind" and (mount.get("read_only") or source.is_file()):
            yield source
    for kind in ("configs", "secrets"):
        for use in service.get(kind) or []:
            if file := config.get(kind, {}).get(use["source"], {}).get("file"):
                yield Path(file)


def _files(source: Path) -> Iterator[Path]:
    # A socket or a device has no content, and reading one may never end.
    yield from (path for path in [source, *source.rglob("*")] if path.is_file())


def _content(path: Path) -> str:
    """The hash of a file, or what can be told of one that only the engine may read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError:
        known = path.stat()
        return f"{known.st_size} bytes of {known.st_mtime_ns}"
