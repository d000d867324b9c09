"""The contract: what a house is, in data.

Training completes it from ``dataset.toml`` and the data and writes it into the bundle as
``contract.json``; the API builds its request model from it and serves it as ``GET /schema``.
This is the only module that training and the API share.
"""

from __future__ import annotations

import hashlib
import json
import math
from enum import StrEnum
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT: Final = 1


class Kind(StrEnum):
    NUMBER = "number"
    INTEGER = "integer"
    CHOICE = "choice"
    YES_NO = "yes_no"

    @property
    def numeric(self) -> bool:
        return self in (Kind.NUMBER, Kind.INTEGER)


class StrictModel(BaseModel):
    """Converts nothing and takes no unknown field, no NaN and no infinity."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Input(StrictModel):
    """One input of the model: how a person names it and which values it may take.

    Beyond what the served model learnt from (``seen_minimum`` to ``seen_maximum``, all choices but
    ``unseen_choices``) a value is taken, with a warning.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1)
    help: str = ""
    group: str = Field(min_length=1)
    kind: Kind
    unit: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    step: int | float | None = None
    choices: tuple[str, ...] | None = None
    ordered: bool = False
    default: bool | int | float | str
    monotonic: Literal["increasing", "decreasing"] | None = None
    seen_minimum: int | float | None = None
    seen_maximum: int | float | None = None
    unseen_choices: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind.numeric:
            if self.minimum is None or self.maximum is None or self.step is None:
                raise ValueError(f"{self.name}: a {self.kind} needs minimum, maximum and step")
            if self.minimum >= self.maximum or self.step <= 0:
                raise ValueError(f"{self.name}: needs minimum < maximum and step > 0")
        if self.kind is Kind.CHOICE:
            if not self.choices or len(set(self.choices)) != len(self.choices):
                raise ValueError(f"{self.name}: needs choices, each one once")
            if self.monotonic and not self.ordered:
                raise ValueError(f"{self.name}: only an ordered choice can be monotonic")
        elif self.choices or self.ordered:
            raise ValueError(f"{self.name}: only a choice has choices and an order")
        if not self.accepts(self.default):
            raise ValueError(f"{self.name}: its default {self.default!r} is not a value it takes")
        return self

    @model_validator(mode="after")
    def _consistently_seen(self) -> Self:
        ends = (self.seen_minimum, self.seen_maximum)
        if ends != (None, None) and not (self.kind.numeric and all(map(self.accepts, ends))):
            raise ValueError(f"{self.name}: it takes no {ends[0]} to {ends[1]} that it has seen")
        if not set(self.unseen_choices or ()) < set(self.choices or ("",)):
            raise ValueError(f"{self.name}: its unseen_choices are not some of its choices")
        return self

    def has_seen(self, value: bool | int | float | str) -> bool:
        """Whether ``value`` lies within what the model learnt from, as far as that is known."""
        if isinstance(value, str):
            return value not in (self.unseen_choices or ())
        low = -math.inf if self.seen_minimum is None else self.seen_minimum
        high = math.inf if self.seen_maximum is None else self.seen_maximum
        return low <= value <= high

    def accepts(self, value: object) -> bool:
        """Whether ``value`` is one that this input takes (type, range, choice)."""
        if self.kind is Kind.YES_NO:
            return isinstance(value, bool)
        if self.kind is Kind.CHOICE:
            return value in (self.choices or ())
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return False  # before int(), which raises on these
        if self.kind is Kind.INTEGER and value != int(value):
            return False
        assert self.minimum is not None
        assert self.maximum is not None
        return self.minimum <= value <= self.maximum


class Target(StrictModel):
    label: str = Field(min_length=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")


class Contract(StrictModel):
    """The inputs in the order of the form, and what is predicted from them."""

    format: Literal[1] = FORMAT
    dataset: str = Field(min_length=1)
    title: str = Field(min_length=1)
    target: Target
    inputs: tuple[Input, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        for key in ("name", "label"):
            seen = [getattr(field, key) for field in self.inputs]
            repeated = sorted({value for value in seen if seen.count(value) > 1})
            if repeated:
                raise ValueError(f"two inputs have the same {key}: {', '.join(repeated)}")
        return self

    @property
    def names(self) -> list[str]:
        return [field.name for field in self.inputs]

    def to_json(self) -> str:
        """The one text form of this contract: stable, so that its hash is too."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    def fingerprint(self) -> str:
        """sha256 of :meth:`to_json`, which is also the sha256 of ``contract.json``."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()
