"""Reads ``dataset.toml``: how a dataset describes itself.

The file says what each column means to a person; what it leaves out is completed from the data by
:mod:`training.dataset`. Everything wrong in it is refused with the file, the key and the fix.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError

from app.contract import Kind, StrictModel
from training.errors import DatasetError, nearest

FILE = "dataset.toml"
MAX_INPUTS = 128
NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = ("price", "lower", "upper")


class Written(StrictModel, strict=False):
    """How cells are written. What is left out of an input, the dataset says."""

    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'", "’"] | None = None
    missing_values: tuple[str | int | float, ...] | None = None
    """Texts and numbers that mean "unknown", beside empty cells, NA and null."""


class InputSpec(Written):
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
    other: str | None = Field(default=None, min_length=1)
    """The name under which choices with few sales stand together."""
    outside: Literal["refuse", "drop"] = "refuse"
    """What to do with rows outside the range or the choices given here."""


class TargetSpec(Written):
    column: str
    label: str = Field(min_length=1)
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
    test_from: int | dt.date | str
    date: str | None = None
    """How dates are written, as in ``%d/%m/%Y``. Without it: a number, or year-month-day."""


ColumnSpec = TypeVar("ColumnSpec", InputSpec, TargetSpec)


class DatasetSpec(Written):
    """A whole ``dataset.toml``."""

    title: str = Field(min_length=1)
    csv: str = Field(min_length=1)
    encoding: str | None = None
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    heading_line: int | None = Field(default=None, ge=1)
    identifiers: tuple[str, ...] = ()
    not_features: tuple[str, ...] = ()
    """Columns that are known after the sale only, or that describe the sale and not the house."""
    segment: str | None = None
    """The input by which errors are also reported, such as the neighbourhood."""
    target: TargetSpec
    time: TimeSpec | None = None
    inputs: dict[str, InputSpec] = Field(min_length=1, max_length=MAX_INPUTS)

    def handed_down(self) -> Self:
        """With what is said of all cells in each column that says nothing of its own."""

        def complete(column: ColumnSpec) -> ColumnSpec:
            left_out = {key for key in Written.model_fields if getattr(column, key) is None}
            return column.model_copy(update={key: getattr(self, key) for key in left_out})

        inputs = {name: complete(column) for name, column in self.inputs.items()}
        return self.model_copy(update={"inputs": inputs, "target": complete(self.target)})


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
        raise DatasetError(file, "file", f"not TOML: {error}", _toml_fix(file, error)) from None
    try:
        spec = DatasetSpec.model_validate(raw)
    except ValidationError as error:
        raise _explained(file, error) from None
    _check_keys(file, spec)
    return spec.handed_down()


def _toml_fix(file: Path, error: Exception) -> str:
    """What to write in place of a line that is nearly TOML."""
    if isinstance(error, UnicodeDecodeError):
        return "save it as UTF-8"
    if at := re.search(r"at line (\d+)", str(error)):
        line = file.read_text(encoding="utf-8-sig").splitlines()[int(at[1]) - 1]
        key, equals, _ = line.partition("=")
        if equals and re.search(r"[^\w\-.\s\"']|\S\s+\S", key.strip()) and '"' not in key:
            return f'put the code in quotes: "{key.strip()}" ='
    return "correct the syntax"


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
    if first["type"] in ("tuple_type", "dict_type", "model_type"):
        wanted = {"tuple_type": "a list", "dict_type": "a table", "model_type": "a table"}
        given = json.dumps(first["input"], ensure_ascii=False, default=str)
        fix = f"write {key} = [{given}]" if first["type"] == "tuple_type" else f"write [{key}]"
        return DatasetError(file, key, f"{given} is not {wanted[first['type']]}", fix)
    if location[-1:] != ["choices"] and "choices" in location and isinstance(first["input"], dict):
        code = location[location.index("choices") + 1]
        rest = next(iter(first["input"]))
        problem = f"{code}.{rest} is read as a table, for its dot"
        return DatasetError(file, key, problem, f'put the code in quotes: "{code}.{rest}"')
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


def _check_keys(file: Path, spec: DatasetSpec) -> None:
    labels: dict[str, str] = {}
    columns: dict[str, str] = {}
    for name, field in spec.inputs.items():
        key = f"inputs.{name}"
        if not NAME.fullmatch(name):
            wrong = next(sign for at, sign in enumerate(name) if not NAME.fullmatch(name[: at + 1]))
            problem = f'"{wrong}" cannot stand there in a name'
            fix = "use lower-case letters, digits and _, with a letter first"
            raise DatasetError(file, key, problem, fix)
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
