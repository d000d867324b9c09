"""Reads ``dataset.toml``: how a dataset describes itself.

The file says what each column means to a person; what it leaves out is completed from the data by
:mod:`training.dataset`. Everything wrong in it is refused with the file, the key and the fix.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from app.contract import Kind, StrictModel
from training.errors import DatasetError, Mistakes, nearest
from training.spec_errors import explained, not_toml
from training.words import Words

FILE = "dataset.toml"
MAX_INPUTS = 128
NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = ("price", "lower", "upper")


class Written(StrictModel, strict=False):
    """How cells are written. What is left out of an input, the dataset says."""

    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    missing_values: tuple[str | int | float, ...] | None = None
    """Texts and numbers that mean "unknown", beside empty cells, NA and null."""

    @model_validator(mode="after")
    def _two_marks(self) -> Self:
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same")
        return self


class InputSpec(Written):
    """One ``[inputs.<name>]`` table. ``None`` means: complete it from the data."""

    column: str
    label: Words
    help: str = ""
    group: Words = "House"
    kind: Kind | None = None
    unit: str | None = None
    range: tuple[float, float] | None = None
    step: float | None = Field(default=None, gt=0)
    choices: dict[str, Words] | None = None
    """Code in the data -> full name shown and served, in the order of the form."""
    ordered: bool = False
    """The choices go from worst to best."""
    default: bool | int | float | str | None = None
    monotonic: Literal["increasing", "decreasing"] | None = None
    missing: bool | int | float | str | None = None
    """What an empty cell means, as a code of the data. Without it: repaired with the default."""
    other: Words | None = None
    """The name under which choices with few sales stand together."""
    outside: Literal["refuse", "drop"] = "refuse"
    """What to do with rows outside the range or the choices given here."""


class TargetSpec(Written):
    column: str
    label: Words
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    log_scale: Literal[True] = True
    """Prices are learnt as logarithms: an error of a tenth counts the same for every house."""
    unit: float = Field(default=1, gt=0, allow_inf_nan=False)
    """What a 1 in the column is worth in the currency: 1000 for prices in thousands."""
    range: tuple[float, float] | None = None
    """Of the prices that can be, in the currency."""
    outside: Literal["refuse", "drop"] = "refuse"
    """What to do with rows outside the range given here."""


class TimeSpec(StrictModel, strict=False):
    """Which column tells when a house was sold, and from when on sales test the forward score."""

    column: str
    test_from: int | float | dt.date | str
    date: str | None = None
    """How dates are written, as in ``%d/%m/%Y``. Without it: a number, or year-month-day."""


ColumnSpec = TypeVar("ColumnSpec", InputSpec, TargetSpec)


class DatasetSpec(Written):
    """A whole ``dataset.toml``."""

    title: Words
    csv: str = Field(min_length=1)
    encoding: str | None = None
    separator: str | None = Field(default=None, pattern=r"^[^\w\"\r\n]$")
    heading_line: int | None = Field(default=None, ge=1)
    identifiers: tuple[str, ...] = ()
    not_features: tuple[str, ...] = ()
    """Columns that are known after the sale only, or that describe the sale and not the house."""
    segment: str | None = None
    """The input by which errors are also reported, such as the neighbourhood."""
    target: TargetSpec
    time: TimeSpec | None = None
    inputs: dict[str, InputSpec] = Field(min_length=1, max_length=MAX_INPUTS)

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        try:
            "".encode(encoding or "utf-8")
        except LookupError:
            raise ValueError("unknown encoding") from None
        return encoding

    def handed_down(self) -> Self:
        """With what is said of all cells in each column that says nothing of its own."""

        def complete(column: ColumnSpec) -> ColumnSpec:
            said: dict[str, object] = {}
            if column.decimal is None and column.thousands is None:
                said |= {"decimal": self.decimal, "thousands": self.thousands}
            if column.missing_values is None:
                said["missing_values"] = self.missing_values
            return column.model_copy(update=said)

        inputs = {name: complete(column) for name, column in self.inputs.items()}
        return self.model_copy(update={"inputs": inputs, "target": complete(self.target)})


KNOWN = {
    "": DatasetSpec.model_fields,
    "inputs": InputSpec.model_fields,
    "target": TargetSpec.model_fields,
    "time": TimeSpec.model_fields,
}


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
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        fix = f"write one beside the CSV; datasets/ames/{FILE} is a complete example"
        raise DatasetError(file, "file", "not found", fix) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise not_toml(file, error) from None
    mistakes = Mistakes()
    try:
        spec = DatasetSpec.model_validate(raw)
    except ValidationError as error:
        mistakes.found += explained(file, error, KNOWN)
        mistakes.raise_if_any()
        raise
    _check_keys(file, spec, mistakes)
    mistakes.raise_if_any()
    return spec.handed_down()


def _check_keys(file: Path, spec: DatasetSpec, mistakes: Mistakes) -> None:
    labels: dict[str, str] = {}
    columns: dict[str, str] = {}
    for name, field in spec.inputs.items():
        with mistakes.collected():
            _check_name(file, name)
        for key, value, seen in (
            ("label", field.label, labels),
            ("column", field.column, columns),
        ):
            if value in seen:
                problem = f'the {key} "{value}" is also that of inputs.{seen[value]}'
                fix = "give each input its own"
                mistakes.found.append(DatasetError(file, f"inputs.{name}.{key}", problem, fix))
            seen[value] = name
        with mistakes.collected():
            _check_not_forbidden(file, spec, name)
        if field.choices is not None:
            with mistakes.collected():
                _check_choices(file, f"inputs.{name}", field.choices)
        with mistakes.collected():
            _check_range(file, f"inputs.{name}.range", field.range)
        with mistakes.collected():
            _check_sense(file, f"inputs.{name}", field)
    with mistakes.collected():
        _check_range(file, "target.range", spec.target.range)
    if spec.segment is not None and spec.segment not in spec.inputs:
        fix = nearest(spec.segment, spec.inputs)
        problem = f'no input "{spec.segment}"'
        mistakes.found.append(DatasetError(file, "segment", problem, fix))


def _check_name(file: Path, name: str) -> None:
    if not NAME.fullmatch(name):
        wrong = next(sign for at, sign in enumerate(name) if not NAME.fullmatch(name[: at + 1]))
        fix = "use lower-case letters, digits and _, with a letter first"
        raise DatasetError(file, f"inputs.{name}", f'"{wrong}" cannot stand there in a name', fix)
    if name in RESERVED:
        problem = f'"{name}" is what the model answers'
        raise DatasetError(file, f"inputs.{name}", problem, "give the input another name")


def _check_range(file: Path, key: str, given: tuple[float, float] | None) -> None:
    if given is not None and given[0] >= given[1]:
        raise DatasetError(file, key, "empty", "give [minimum, maximum]")


def _check_sense(file: Path, key: str, field: InputSpec) -> None:
    """Refuses keys that say nothing together."""
    if field.ordered and field.other is not None:
        problem = "an order has no place for others"
        raise DatasetError(file, f"{key}.other", problem, "list all choices, or leave other out")
    if field.missing == "":
        problem = "an empty cell that means an empty text"
        raise DatasetError(file, f"{key}.missing", problem, 'give it a name, such as "None"')


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
        if label in seen:
            problem = f'the name "{label}" is used twice'
            raise DatasetError(file, f"{key}.choices.{code}", problem, "name each choice once")
        seen.add(label)
