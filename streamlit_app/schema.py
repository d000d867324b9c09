"""The contract as the form needs it: which inputs to ask for and what their price is called."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from strict import OptionalText, Strict, Text


class _Question(Strict):
    name: Text
    label: Text
    group: Text
    help: OptionalText = ""
    unit: OptionalText = ""

    @property
    def caption(self) -> str:
        """The label with its unit, as it stands above the widget."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


class NumberInput(_Question):
    """A number from ``minimum`` to ``maximum``; the buttons beside it move it by ``step``."""

    kind: Literal["number", "integer"]
    minimum: float
    maximum: float
    step: float = Field(gt=0)
    default: float

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.minimum < self.maximum:
            raise ValueError("needs minimum < maximum")
        whole = self.kind == "number" or self.default.is_integer()
        if not (self.minimum <= self.default <= self.maximum and whole):
            raise ValueError(f"its default {self.default} is not a value that it takes")
        return self


class ChoiceInput(_Question):
    kind: Literal["choice"]
    choices: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    default: str

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.choices)) != len(self.choices):
            raise ValueError("its choices are not different texts")
        if self.default not in self.choices:
            raise ValueError(f"its default {self.default!r} is not a value that it takes")
        return self


class YesNoInput(_Question):
    kind: Literal["yes_no"]
    default: bool


Input = Annotated[NumberInput | ChoiceInput | YesNoInput, Field(discriminator="kind")]


class Target(Strict):
    label: Text
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # an ISO 4217 code


class Contract(Strict):
    """All inputs in the order of the form."""

    format: Literal[1]
    title: Text
    target: Target
    inputs: Annotated[tuple[Input, ...], Field(min_length=1, strict=False)]

    @field_validator("inputs")
    @classmethod
    def _different(cls, inputs: tuple[Input, ...]) -> tuple[Input, ...]:
        if len({question.name for question in inputs}) != len(inputs):
            raise ValueError("two inputs have the same name")
        return inputs
