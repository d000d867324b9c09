"""Tells whether artifacts/bundle is what training would make now.

``python setup/freshness.py record [arguments of run_pipeline.sh]`` comes after a training and notes
beside the bundle what it was made from. ``python setup/freshness.py check`` comes before one: it
exits 0 when the model is up to date. Otherwise it exits 1, prints the reason on one line, and then
the last training's arguments, one per line.
"""

import argparse
import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "artifacts" / "bundle" / "manifest.json"
RECORD = ROOT / "artifacts" / "trained-from.json"
DEFAULT_DATASET = ROOT / "datasets" / "ames"
MLFLOW_TIMEOUT_S = 5.0


def main(command: str, arguments: list[str]) -> int:
    if command == "record":
        record(arguments)
        return 0
    reason = why_train()
    if reason is None:
        return 0
    print(reason, *last_arguments(), sep="\n")
    return 1


def record(arguments: list[str]) -> None:
    """Note what the bundle was made from, unless it went elsewhere or there is no new one."""
    options, _ = _parser().parse_known_args(arguments)
    if options.output or options.help or options.check or options.finish:
        return
    dataset = (options.dataset or _dataset(last_arguments())).resolve()
    settings = [text for pairs in options.set for text in ("--set", *pairs)]
    named = [] if dataset == DEFAULT_DATASET.resolve() else ["--dataset", str(dataset)]
    note = {
        "arguments": [*named, *settings],
        "inputs": inputs(dataset),
        "manifest": _sha256([MANIFEST]),
    }
    RECORD.write_text(json.dumps(note, indent=2) + "\n")


def why_train() -> str | None:
    """Return why the model has to be trained, or None when it is up to date."""
    if os.environ.get("FORCE") == "1":
        return "FORCE=1"
    if not MANIFEST.is_file():
        return "there is no trained model yet"
    if not RECORD.is_file():
        return "it is unknown what the model was trained from"
    made_from = json.loads(RECORD.read_text())
    if made_from["manifest"] != _sha256([MANIFEST]):
        return "it is unknown what the model was trained from"
    dataset = _dataset(made_from["arguments"])
    if not dataset.is_dir():
        return None  # a model whose data is gone is better than none
    now = inputs(dataset)
    changed = [name for name, value in made_from["inputs"].items() if now[name] != value]
    if changed:
        return f"changed since the last training: {', '.join(changed)}"
    if _run_is_lost(json.loads(MANIFEST.read_text())["mlflow"]):
        return "MLflow does not have the model's run any more"
    return None


def last_arguments() -> list[str]:
    """Return the arguments of the last training."""
    if not RECORD.is_file():
        return []
    arguments: list[str] = json.loads(RECORD.read_text())["arguments"]
    return arguments


def inputs(dataset: Path) -> dict[str, str]:
    """Return a sha256 for every kind of input that decides what training makes."""
    data = [file for file in dataset.rglob("*") if file.is_file() and file.suffix != ".md"]
    code = [*(ROOT / "training").rglob("*.py"), ROOT / "app" / "contract.py"]
    return {
        "data or dataset.toml": _sha256(data),
        "training code": _sha256(code),
        "requirements": _sha256([*(ROOT / "requirements").glob("*.txt")]),
    }


def _run_is_lost(logged: dict[str, str]) -> bool:
    """True only when the stack's MLflow answers that it has no such run."""
    tracking = logged["tracking"]
    elsewhere = tracking.startswith("http") and "localhost" not in tracking
    if elsewhere:
        return False
    port = os.environ.get("MLFLOW_PORT", "5555")
    server = os.environ.get("MLFLOW_TRACKING_URI") or f"http://localhost:{port}"
    url = f"{server}/api/2.0/mlflow/runs/get?run_id={logged['run_id']}"
    try:
        with urllib.request.urlopen(url, timeout=MLFLOW_TIMEOUT_S):
            return False
    except urllib.error.HTTPError as error:
        return error.code == 404
    except OSError:
        return False  # no server: nothing is known


def _dataset(arguments: list[str]) -> Path:
    options, _ = _parser().parse_known_args(arguments)
    return Path(options.dataset or DEFAULT_DATASET)


def _parser() -> argparse.ArgumentParser:
    """The part of run_pipeline.sh's arguments that decides what is made."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--dataset", type=Path)
    parser.add_argument("--set", nargs="+", action="append", default=[])
    parser.add_argument("--output", type=Path)
    for flag in (("--help", "-h"), ("--check",), ("--finish",)):
        parser.add_argument(*flag, action="store_true")
    return parser


def _sha256(files: list[Path]) -> str:
    """Return one hash over names and contents, wherever the checkout is."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{os.path.relpath(file, ROOT)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
