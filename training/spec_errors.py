"""Says in a person's words what is wrong with a ``dataset.toml``, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from training.errors import DatasetError, nearest

Known = Mapping[str, Iterable[str]]
"""Table of the file, "" for its top -> the keys that it may have."""
WANTED = {"tuple_type": "a list", "dict_type": "a table", "model_type": "a table"}


def not_toml(file: Path, error: Exception) -> DatasetError:
    """A file that cannot be parsed."""
    fix = "save it as UTF-8" if isinstance(error, UnicodeDecodeError) else "correct the syntax"
    if at := re.search(r"at line (\d+)", str(error)):
        line = file.read_text(encoding="utf-8-sig").splitlines()[int(at[1]) - 1]
        key, equals, _ = line.partition("=")
        if equals and re.search(r"[^\w\-.\s\"']|\S\s+\S", key.strip()) and '"' not in key:
            fix = f'put the code in quotes: "{key.strip()}" ='
    return DatasetError(file, "file", f"not TOML: {error}", fix)


def explained(file: Path, error: ValidationError, known: Known) -> list[DatasetError]:
    """All that is wrong with the keys of a file, in their order."""
    details = error.errors()
    misspelt = {
        (*detail["loc"][:-1], meant[1])
        for detail in details
        if detail["type"] == "extra_forbidden"
        if (meant := re.match('did you mean "(.*)"', _nearest(detail, known)))
    }
    # A misspelt key is also a missing one; the misspelling is what a person has to find. A value
    # that may be of several kinds is wrong once for each of them.
    found: dict[str, DatasetError] = {}
    for detail in details:
        if detail["type"] != "missing" or detail["loc"] not in misspelt:
            key = ".".join(_location(detail))
            found.setdefault(key, _explained(file, key, detail, known))
    return list(found.values())


def _location(detail: ErrorDetails) -> list[str]:
    """The parts of a key. Of a value that may be of several kinds, the kind stands behind it."""
    parts = list(map(str, detail["loc"]))
    if detail["type"] in ("extra_forbidden", "missing"):
        return parts
    kinds = ("bool", "int", "float", "str", "date")
    return parts[:-1] if parts[1:] and parts[-1] in kinds else parts


def _nearest(detail: ErrorDetails, known: Known) -> str:
    *table, key = _location(detail)
    return nearest(key, known.get(table[0] if table else "", ()))


def _explained(file: Path, key: str, detail: ErrorDetails, known: Known) -> DatasetError:
    kind, given = detail["type"], detail["input"]
    location = _location(detail)
    if kind == "extra_forbidden":
        if location[1:] and location[-1] in known[""]:
            fix = f"move it to the top of the file, above the first [{location[0]}]"
            return DatasetError(file, key, "stands in the wrong place", fix)
        return DatasetError(file, key, "unknown key", _nearest(detail, known))
    if kind == "missing" and isinstance(detail["loc"][-1], int):
        return DatasetError(file, ".".join(location[:-1]), "one is missing", "give two numbers")
    if kind == "missing":
        return DatasetError(file, key, "missing", "add it")
    if key == "target.currency":
        return DatasetError(file, key, "no currency", 'write its three letters, such as "USD"')
    if kind == "too_long" and key == "inputs":
        most = detail["ctx"]["max_length"]
        return DatasetError(file, key, f"more than {most} inputs", "drop the least useful")
    if kind in WANTED:
        shown = json.dumps(given, ensure_ascii=False, default=str)
        fix = f"write {location[-1]} = [{shown}]" if kind == "tuple_type" else f"write [{key}]"
        return DatasetError(file, key, f"{shown} is not {WANTED[kind]}", fix)
    if "choices" in location[:-1] and isinstance(given, dict) and given:
        code = f"{location[-1]}.{next(iter(given))}"
        problem = f"{code} is read as a table, for its dot"
        return DatasetError(file, key, problem, f'put the code in quotes: "{code}"')
    message = detail["msg"].removeprefix("Value error, ")
    return DatasetError(file, key, message[0].lower() + message[1:], "correct the value")
