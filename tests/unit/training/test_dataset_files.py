"""However a dataset is written, it is read as it was meant, or its reader is asked."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, event, given, settings

from tests.unit.training.dataset_files import Writing, writings, written
from training.dataset import Dataset, load
from training.errors import DatasetError


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(writings())
def test_a_file_is_read_as_it_was_meant_or_its_reader_is_asked(writing: Writing) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "flats"
        truth = written(writing, folder)
        dataset, refusal = _loaded(folder)
    if dataset is None:
        event("asked")
        assert " Fix: " in refusal
        assert not must_be_read(writing), refusal
        return
    event("read")
    assert [row - 1 for row in dataset.rows] == list(range(len(truth))), dataset.notes
    assert dataset.price.tolist() == [flat.price for flat in truth]
    for name in ("rooms", "zone", "lift"):
        assert dataset.inputs[name].tolist() == [getattr(flat, name) for flat in truth], name
    default = next(field.default for field in dataset.contract.inputs if field.name == "area")
    areas = [default if flat.area is None else flat.area for flat in truth]
    assert dataset.inputs["area"].tolist() == areas


def _loaded(folder: Path) -> tuple[Dataset | None, str]:
    """The dataset, or why it is refused. Any other error is one of the program."""
    try:
        return load(folder), ""
    except DatasetError as refusal:
        return None, str(refusal)


def must_be_read(writing: Writing) -> bool:
    """Whether all that a program cannot know is said."""
    clashes = not writing.quoted and writing.separator in (writing.decimal, writing.thousands)
    return writing.declared and not writing.total and not clashes
