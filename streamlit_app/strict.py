"""Reads an answer of the API without trusting it: what is not of the expected type is refused."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, from_json

MOST_REASONS = 3


class Strict(BaseModel):
    """Converts nothing (true is no 1, "1" is no number) and takes no NaN and no infinity."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


Text = Annotated[str, StringConstraints(pattern=r"\S")]
# Null and blanks are as good as nothing.
OptionalText = Annotated[
    str, BeforeValidator(lambda text: text or ""), StringConstraints(strip_whitespace=True)
]
Value = bool | int | float | str
M = TypeVar("M", bound=Strict)


def read(model: type[M], body: bytes) -> M:
    """The JSON document in ``body``. Raises ValueError that says where it is not ``model``."""
    document = from_json(body, allow_inf_nan=False)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        reasons = error.errors(include_url=False)[:MOST_REASONS]
        raise ValueError("; ".join(_reason(document, reason) for reason in reasons)) from error


def same(left: object, right: object) -> bool:
    """Equal as JSON values: 3 and 3.0 are one number, but 1 and true are not the same."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _reason(document: object, error: ErrorDetails) -> str:
    """``inputs 'berths' step: ...``: members of a list go by their name where they have one."""
    words: list[str] = []
    for part in error["loc"]:
        if isinstance(document, list) and isinstance(part, int):
            document = document[part]
            name = document.get("name", part) if isinstance(document, dict) else part
            words.append(repr(name))
        else:
            document = document.get(part) if isinstance(document, dict) else None
            words.append(str(part))
    found = error["input"]
    but = "" if isinstance(found, dict | list) else f", not {found!r:.80}"
    return f"{' '.join(words)}: {error['msg'].removeprefix('Value error, ')}{but}"
