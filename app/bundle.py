"""Verifies a bundle before anything in it is trusted.

The order is the point: the manifest's own hash, then which files there are, then the size and
hash of every file, and only then is a byte of them parsed. ``joblib`` files are hashed like all
others and never opened for anything else, so nothing is ever unpickled here.

The hashes find accidents and half-made copies. Someone who can rewrite the whole folder can also
rewrite the hashes; who may write there is for the machine to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.bundle_files import BundleError, FileRead, Folder, open_folder
from app.contract import Contract
from app.golden import Golden
from app.manifest import CHECKSUM, CONTRACT, GOLDEN, MANIFEST, MODEL, SERVED, Manifest

__all__ = ["Bundle", "BundleError", "verify"]

Document = TypeVar("Document", bound=BaseModel)


@dataclass(frozen=True)
class Bundle:
    """A bundle whose every file is what the pipeline wrote.

    ``model`` and ``contract_json`` are the bytes that were hashed.
    """

    path: Path
    manifest: Manifest
    contract: Contract
    contract_json: bytes
    golden: Golden
    model: bytes

    def sha256(self, name: str) -> str:
        return self.manifest.files[name].sha256

    def named(self, name: str) -> str:
        """A file for an error message: where it is and which content it has."""
        return f"{self.path / name} (sha256 {self.sha256(name)})"


def verify(path: Path) -> Bundle:
    """Reads the bundle in ``path``, every file once.

    Raises:
        BundleError: a file is missing, extra, altered, a link, or fits another contract.
    """
    with open_folder(path) as folder:
        manifest = _manifest(folder)
        served = _served_files(folder, manifest)
    contract = _parse(Contract, path / CONTRACT, served[CONTRACT])
    golden = _parse(Golden, path / GOLDEN, served[GOLDEN])
    bundle = Bundle(path, manifest, contract, served[CONTRACT], golden, served[MODEL])
    _fits_together(bundle)
    return bundle


def _manifest(folder: Folder) -> Manifest:
    """The manifest, after its bytes agree with the checksum beside it."""
    for name in (CHECKSUM, MANIFEST):
        if name not in folder.names():
            raise BundleError(f"{folder.path / name} is missing: found no such file")
    checksum = folder.read(CHECKSUM, keep=True).content or b""
    found = folder.read(MANIFEST, keep=True)
    # The line that `sha256sum manifest.json` prints, so that `sha256sum -c` checks it too.
    if checksum != f"{found.sha256}  {MANIFEST}\n".encode():
        expected = checksum[:64].decode("ascii", "replace")
        raise BundleError(
            f"{folder.path / MANIFEST} is not what the pipeline wrote: "
            f"expected sha256 {expected} (from {CHECKSUM}), found {found}"
        )
    manifest = _parse(Manifest, folder.path / MANIFEST, found.content or b"")
    for name in SERVED:
        if name not in manifest.files:
            raise BundleError(f"{folder.path / MANIFEST} does not list {name}")
    return manifest


def _served_files(folder: Folder, manifest: Manifest) -> dict[str, bytes]:
    """Compares every file with the manifest; returns those that serving parses."""
    present = folder.names() - {MANIFEST, CHECKSUM}
    for name, entry in manifest.files.items():
        if name not in present:
            raise BundleError(
                f"{folder.path / name} is missing: "
                f"expected sha256 {entry.sha256} ({entry.size} bytes), found no such file"
            )
    for name in sorted(present - manifest.files.keys()):
        found = folder.read(name, keep=False)
        raise BundleError(
            f"{folder.path / name} does not belong to the bundle: "
            f"expected no such file (it is not in {MANIFEST}), found {found}"
        )
    served = {}
    for name, entry in manifest.files.items():
        found = folder.read(name, keep=name in SERVED)
        expected = FileRead(entry.size, entry.sha256, None)
        if (found.size, found.sha256) != (expected.size, expected.sha256):
            raise BundleError(
                f"{folder.path / name} is not what the pipeline wrote: "
                f"expected {expected}, found {found}"
            )
        if found.content is not None:
            served[name] = found.content
    return served


def _parse(model: type[Document], file: Path, content: bytes) -> Document:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise BundleError(f"{file} cannot be used: {where}: {first['msg']}") from error


def _fits_together(bundle: Bundle) -> None:
    """The contract is the one that the manifest names, and the golden rows are houses of it."""
    expected, found = bundle.manifest.contract_sha256, bundle.contract.fingerprint()
    if expected != found:
        raise BundleError(
            f"{bundle.path / CONTRACT} is another contract than the one trained for: "
            f"expected sha256 {expected} (contract_sha256 in {MANIFEST}), found sha256 {found}"
        )
    if bundle.manifest.coverage != bundle.golden.coverage:
        raise BundleError(
            f"{bundle.named(GOLDEN)} has coverage {bundle.golden.coverage}, "
            f"but {MANIFEST} says {bundle.manifest.coverage}"
        )
    for number, row in enumerate(bundle.golden.rows):
        if problem := row.problem(bundle.contract):
            raise BundleError(
                f"{bundle.named(GOLDEN)} does not fit {bundle.named(CONTRACT)}: "
                f"row {number}: {problem}"
            )
