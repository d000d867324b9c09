"""``python -m training describe FILE.csv``: writes the draft and a page beside the CSV."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import training.describe
from training.dataset import load
from training.describe.draft import Draft
from training.describe.file import guess_missing, read_file
from training.describe.guess import guess_column, guess_target
from training.describe.headings import words_of
from training.describe.page import page
from training.errors import DatasetError
from training.spec import FILE

PAGE = "describe.html"
ATTEMPTS = 20


def main(given: Sequence[str]) -> int:
    """Exit codes: 0 drafted and ready to train, 1 something is to decide, 2 wrong input."""
    parser = argparse.ArgumentParser(
        prog="python -m training describe", description=training.describe.__doc__
    )
    parser.add_argument("csv", type=Path, metavar="FILE.csv")
    parser.add_argument("--target", metavar="COLUMN", help="of prices; else found by its name")
    parser.add_argument("--currency", metavar="XYZ", help="of the prices, three letters")
    options = parser.parse_args(given)
    toml = options.csv.parent / FILE
    try:
        if toml.exists():
            fix = "change that file, or move it away to have one drafted"
            raise DatasetError(toml, "file", "is there already", fix)
        draft = describe(options.csv, options.target, options.currency)
        toml.write_text(draft.toml(), encoding="utf-8")
        print(f"{toml}\n{toml.with_name(PAGE)}" if not draft.decide else f"{toml}")
        if draft.decide:
            print("To decide:", *draft.decide, sep="\n  ")
            return 1
        toml.with_name(PAGE).write_text(page(load(toml.parent), draft.left_out), encoding="utf-8")
    except DatasetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Read them, then: ./run_pipeline.sh --dataset {toml.parent}")
    return 0


def describe(csv: Path, target: str | None = None, currency: str | None = None) -> Draft:
    """Drafts the description of a CSV file.

    Args:
        target: the column of prices; found by its name when it is left out.
        currency: three letters; found in a heading when it is left out.

    Raises:
        DatasetError: the file cannot be read, or no column looks like prices.
    """
    draft = Draft({"title": f"{words_of(csv.stem)}", "csv": csv.name})
    file = read_file(csv, draft)
    if file.table.empty:
        raise DatasetError(csv, "file", "has headings and no rows", "bring 100 sales or more")
    columns = {str(name): file.table[name] for name in file.table}
    guess_missing(draft, columns)
    guess_target(csv, draft, columns, target, currency)
    for name, text in columns.items():
        if name != draft.tables["target"]["column"]:
            guess_column(draft, name, text)
    leave_out_what_cannot_be_read(csv, draft)
    return draft


def leave_out_what_cannot_be_read(csv: Path, draft: Draft) -> None:
    """Loads the draft, and takes out of it what training would refuse, until it is taken."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "draft"
        folder.mkdir()
        shutil.copy(csv, folder / csv.name)
        for _ in range(ATTEMPTS):
            (folder / FILE).write_text(draft.toml(), encoding="utf-8")
            try:
                load(folder)
                return
            except DatasetError as error:
                mended = [_mend(draft, one) for one in error.each]
                if not any(mended):
                    draft.decide += [str(one).replace(f"{folder}/", "") for one in error.each]
                    return


def _mend(draft: Draft, error: DatasetError) -> bool:
    """Whether the draft has changed so that this mistake is not in it any more."""
    table, _, key = error.key.rpartition(".")
    if key == "other" and table in draft.tables:
        draft.tables[table]["other"] = "Other"
        draft.why[table] = "Rare ones stand together as Other."
        return True
    name = next((one for one in draft.inputs if f"{error.key}.".startswith(f"{one}.")), None)
    if name is not None and len(draft.inputs) > 1 and not key.startswith(("decimal", "kind")):
        draft.left_out[draft.tables.pop(name)["column"]] = error.problem
        return True
    if error.key.startswith("time") and "time" in draft.tables:
        draft.tables.pop("time")
        draft.why.pop("time", None)
        return True
    return False
