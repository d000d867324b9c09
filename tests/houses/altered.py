"""Copies of a bundle with something changed, for an API that must notice it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar

BUNDLE_DIR, API_PORT = "/srv/artifacts/bundle", 8000  # in the API's container
TRIES = 40
"""With a model that fails half of the time, no failure is seen in one of 10 ** 12 runs."""
MANIFEST, MODEL, GOLDEN = "manifest.json", "model.onnx", "golden.json"


def copy_of(bundle: Path, folder: Path) -> Path:
    """A copy in ``folder`` that every user may read, as the API's user must."""
    shutil.copytree(bundle, folder)
    for path in (folder.parent, folder):
        path.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


def update_checksums(folder: Path) -> None:
    """Makes manifest and checksum agree with the files, as whoever changes a bundle on purpose."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    write_manifest(folder, {**manifest, "files": checksums(folder)})


def checksums(folder: Path) -> dict[str, dict[str, Any]]:
    """sha256 and size in bytes of every file of a bundle but the manifest and its checksum."""
    return {
        file.name: {"sha256": sha256(file), "size": file.stat().st_size}
        for file in sorted(folder.iterdir())
        if not file.name.startswith(MANIFEST)
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest as it is given, and its checksum."""
    file = folder / MANIFEST
    file.write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / f"{MANIFEST}.sha256").write_text(f"{sha256(file)}  {MANIFEST}\n")


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def alter(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def remove(file: Path) -> None:
    file.unlink()


ALTERATIONS: Mapping[str, Callable[[Path], None]] = {
    "missing": remove,
    "empty": empty,
    "cut": cut,
    "altered": alter,
}


def other_prices(folder: Path) -> None:
    """Puts in a model whose prices are a thousandth higher than those of training."""
    one = helper.make_tensor("factor", TensorProto.DOUBLE, [1, 1], [1.001])
    constant = helper.make_node("Constant", [], ["factor"], value=one)
    _replace_price(
        folder, [constant], lambda price: helper.make_node("Mul", [price, "factor"], ["price"])
    )
    update_checksums(folder)


def one_other_price(folder: Path) -> None:
    """Puts in golden rows of which the last has a price that the model does not give."""
    golden = json.loads((folder / GOLDEN).read_bytes())
    row = golden["rows"][-1]
    row["price"] += (row["upper"] - row["price"]) / 2 or 1.0
    (folder / GOLDEN).write_text(json.dumps(golden))
    update_checksums(folder)


def fails_by_chance(folder: Path) -> None:
    """Puts in a model that gives no price half of the time, with one golden row: it starts soon.

    ONNX Runtime's generator gives other numbers in each process.
    """
    golden = json.loads((folder / GOLDEN).read_bytes())
    golden["rows"] = golden["rows"][:1]
    (folder / GOLDEN).write_text(json.dumps(golden))
    chance = helper.make_node(
        "RandomUniform", [], ["chance"], shape=[1, 1], dtype=TensorProto.DOUBLE
    )
    half = helper.make_tensor("half", TensorProto.DOUBLE, [1, 1], [0.5])
    nan = helper.make_tensor("nan", TensorProto.DOUBLE, [1, 1], [float("nan")])
    nodes = [
        chance,
        helper.make_node("Constant", [], ["half"], value=half),
        helper.make_node("Constant", [], ["nan"], value=nan),
        helper.make_node("Less", ["chance", "half"], ["fails"]),
    ]
    _replace_price(
        folder, nodes, lambda price: helper.make_node("Where", ["fails", "nan", price], ["price"])
    )
    update_checksums(folder)


def _replace_price(
    folder: Path, nodes: list[onnx.NodeProto], last: Callable[[str], onnx.NodeProto]
) -> None:
    """Puts ``nodes`` and ``last`` between the model's price and its output of that name."""
    model = onnx.load(folder / MODEL)
    renamed = "price_of_training"
    for node in model.graph.node:
        for names in (node.input, node.output):
            for number, name in enumerate(names):
                if name == "price":
                    names[number] = renamed
    model.graph.node.extend([*nodes, last(renamed)])
    onnx.save(model, folder / MODEL)


@contextmanager
def running_failing(stack: ComposeStack, folder: Path, *, name: str) -> Iterator[Sidecar]:
    """An API that logs all it can and serves ``folder``, made by :func:`fails_by_chance`."""
    with running_sidecar(
        stack,
        "fastapi",
        name=name,
        port=API_PORT,
        volumes={folder: BUNDLE_DIR},
        variables={"LOG_LEVEL": "DEBUG"},
        # Its model is tried before the port opens, and fails then too.
        command=["sh", "-c", "until python -m app; do :; done"],
    ) as sidecar:
        yield sidecar
