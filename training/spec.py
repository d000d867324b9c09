"""Reads ``dataset.toml``: how a dataset describes itself.

The file says what each column means to a person; what it leaves out is completed from the data by
:mod:`training.dataset`. Everything wrong in it is refused with the file, the key and the fix.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from app.contract import Kind, StrictModel

FILE = "dataset.toml"
MAX_INPUTS = 128
RESERVED = ("price", "lower", "upper")


class DatasetError(Exception):
    """A dataset that cannot be used: which file, which key, what is wrong and what to do."""

    def __init__(self, file: Path, key: str, problem: str, fix: str) -> None:
        end = "" if fix.endswith("?") else "."
        super().__init__(f"{file}: {key}: {problem}. Fix: {fix}{end}")


class InputSpec(StrictModel, strict=False):
    """One ``[inputs.<name>]`` table. ``None`` means: complete it from the data."""

    column: str
    label: str = Field(min_length=1)
    help: str = ""
    group: str = Field(default="House", min_length=1)
    kind: Kind | None = None
    unit: str | None = None
    range: tuple[float, float] | None = None
    step: float | None = Field(default=None, gt=0)
    choices: dict[str, str] | None = None
    """Code in the data -> full name shown and served, in the order of the form."""
    ordered: bool = False
    """The choices go from worst to best."""
    default: bool | int | float | str | None = None
    monotonic: Literal["increasing", "decreasing"] | None = None
    missing: bool | int | float | str | None = None
    """What an empty cell means, as a code of the data. Without it: repaired with the default."""
    outside: Literal["refuse", "drop"] = "refuse"
    """What to do with rows outside the range or the choices given here."""


class TargetSpec(StrictModel, strict=False):
    column: str
    label: str = Field(min_length=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    log_scale: Literal[True] = True
    """Prices are learnt as logarithms: an error of a tenth counts the same for every house."""


class TimeSpec(StrictModel, strict=False):
    """Which column tells when a house was sold, and from when on sales test the forward score."""

    column: str
    test_from: int


class DatasetSpec(StrictModel, strict=False):
    """A whole ``dataset.toml``."""

    title: str = Field(min_length=1)
    csv: str = Field(min_length=1)
    identifiers: tuple[str, ...] = ()
    not_features: tuple[str, ...] = ()
    """Columns that are known after the sale only, or that describe the sale and not the house."""
    segment: str | None = None
    """The input by which errors are also reported, such as the neighbourhood."""
    target: TargetSpec
    time: TimeSpec | None = None
    inputs: dict[str, InputSpec] = Field(min_length=1, max_length=MAX_INPUTS)


def read_spec(folder: Path) -> DatasetSpec:
    """The description in ``folder``, checked as far as that is possible without the data.

    Raises:
        DatasetError: no such file, not TOML, or a key that is missing, unknown or wrong.
    """
    file = folder / FILE
    if folder.is_file():
        fix = f"give the folder that holds {FILE}, such as {folder.parent}"
        raise DatasetError(folder, "folder", "is a file", fix)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fix = f"write one beside the CSV; datasets/ames/{FILE} is a complete example"
        raise DatasetError(file, "file", "not found", fix) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetError(file, "file", f"not TOML: {error}", "correct the syntax") from None
    try:
        spec = DatasetSpec.model_validate(raw)
    except ValidationError as error:
        raise _explained(file, error) from None
    _check_keys(file, spec)
    return spec


def _explained(file: Path, error: ValidationError) -> DatasetError:
    # A misspelt key is also a missing one; the misspelling is what a person has to find.
    first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    location = [str(part) for part in first["loc"]]
    # A union reports each of its members; the last part is then a type, not a key of the file.
    key = ".".join(part for part in location if part not in ("bool", "int", "float", "str"))
    if first["type"] == "extra_forbidden":
        known = _known_keys(location)
        return DatasetError(file, key, "unknown key", f"{nearest(location[-1], known)}")
    if first["type"] == "missing":
        return DatasetError(file, key, "missing", "add it")
    if first["type"] == "too_long" and key == "inputs":
        return DatasetError(file, key, f"more than {MAX_INPUTS} inputs", "drop the least useful")
    if key == "target.currency":
        return DatasetError(file, key, "no currency", 'write its three letters, such as "USD"')
    message = first["msg"][0].lower() + first["msg"][1:]
    return DatasetError(file, key, message, "correct the value")


def _known_keys(location: list[str]) -> Iterable[str]:
    if location[0] == "inputs" and len(location) > 2:
        return InputSpec.model_fields
    if location[0] == "target" and len(location) > 1:
        return TargetSpec.model_fields
    if location[0] == "time" and len(location) > 1:
        return TimeSpec.model_fields
    return DatasetSpec.model_fields


def nearest(wrong: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the nearest known one, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"use one of: {', '.join(known)}"


def _check_keys(file: Path, spec: DatasetSpec) -> None:
    labels: dict[str, str] = {}
    columns: dict[str, str] = {}
    for name, field in spec.inputs.items():
        key = f"inputs.{name}"
        if not name.replace("_", "").isalnum() or not name.isascii() or not name[0].islower():
            fix = "use lower-case letters, digits and _"
            raise DatasetError(file, key, "not a usable name", fix)
        if field.label in labels:
            problem = f'the label "{field.label}" is also that of inputs.{labels[field.label]}'
            raise DatasetError(file, f"{key}.label", problem, "give each input its own label")
        labels[field.label] = name
        if field.column in columns:
            problem = f'the column "{field.column}" is also that of inputs.{columns[field.column]}'
            raise DatasetError(file, f"{key}.column", problem, "use each column once")
        columns[field.column] = name
        if name in RESERVED:
            problem = f'"{name}" is what the model answers'
            raise DatasetError(file, key, problem, "give the input another name")
        _check_not_forbidden(file, spec, name)
        if field.choices is not None:
            _check_choices(file, key, field.choices)
        if field.range is not None and field.range[0] >= field.range[1]:
            raise DatasetError(file, f"{key}.range", "empty", "give [minimum, maximum]")
    if spec.segment is not None and spec.segment not in spec.inputs:
        fix = nearest(spec.segment, spec.inputs)
        raise DatasetError(file, "segment", f'no input "{spec.segment}"', fix)


def _check_not_forbidden(file: Path, spec: DatasetSpec, name: str) -> None:
    column = spec.inputs[name].column
    forbidden = {
        **dict.fromkeys(spec.not_features, "listed in not_features"),
        **dict.fromkeys(spec.identifiers, "an identifier, which says nothing about another house"),
        spec.target.column: "the target itself",
    }
    if column in forbidden:
        problem = f'the column "{column}" is {forbidden[column]}'
        raise DatasetError(file, f"inputs.{name}.column", problem, f"remove inputs.{name}")


def _check_choices(file: Path, key: str, choices: dict[str, str]) -> None:
    if not choices:
        raise DatasetError(file, f"{key}.choices", "empty", "list code = name, or leave it out")
    seen: set[str] = set()
    for code, label in choices.items():
        if not label.strip():
            raise DatasetError(file, f"{key}.choices.{code}", "an empty name", "name the choice")
        if label in seen:
            problem = f'the name "{label}" is used twice'
            raise DatasetError(file, f"{key}.choices.{code}", problem, "name each choice once")
        seen.add(label)
