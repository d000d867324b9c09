"""The request model of one house, built from the contract when the API starts."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, create_model

from app.contract import Contract, Input, Kind, StrictModel
from app.problems import Allowed

MAX_HOUSES = 1000
_MIN_BODY_BYTES = 1 << 20
_NUMBER = "-1.2345678901234567e-123"  # no float takes more to be read back as it was
_INDENT = 4


def house_model(contract: Contract) -> type[BaseModel]:
    """A strict model with one required field per input.

    Fields carry the input's name as alias only: an input may be called ``copy`` or
    ``model_config``, which are attributes of every pydantic model.
    """
    fields: dict[str, Any] = {
        f"input_{number}": (
            _type(field),
            Field(
                alias=field.name,
                title=field.label,
                description=_description(field),
                examples=[example(field)],
            ),
        )
        for number, field in enumerate(contract.inputs)
    }
    model: type[BaseModel] = create_model("House", __base__=StrictModel, **fields)
    model.__doc__ = f"{contract.title}: what is known about one house. All fields are required."
    return model


def batch_model(house: type[BaseModel]) -> type[BaseModel]:
    """Documents the body of a batch; :class:`app.validation.HouseReader` checks it."""
    houses = list[house]  # type: ignore[valid-type]  # known only when the API starts
    return create_model(
        "Batch",
        __base__=StrictModel,
        __doc__=f"1 to {MAX_HOUSES:,} houses.",
        houses=(houses, Field(min_length=1, max_length=MAX_HOUSES)),
    )


def max_body_bytes(contract: Contract) -> int:
    """Size that a body may have: a full batch of the longest houses fits, indented and in ASCII."""
    house = {field.name: _longest(field) for field in contract.inputs}
    one, two = (len(json.dumps({"houses": [house] * n}, indent=_INDENT)) for n in (1, 2))
    return max(_MIN_BODY_BYTES, one + (MAX_HOUSES - 1) * (two - one))


def _longest(field: Input) -> str:
    if field.kind is Kind.CHOICE:
        return max(field.choices or (), key=lambda choice: len(json.dumps(choice)))
    return _NUMBER if field.kind.numeric else str(False)


def example(field: Input) -> bool | int | float | str:
    """The input's default, as it is written in JSON."""
    return int(field.default) if field.kind is Kind.INTEGER else field.default


def typical_house(contract: Contract) -> dict[str, Any]:
    """A house of defaults, which the API accepts as it is."""
    return {field.name: example(field) for field in contract.inputs}


def allowed(field: Input) -> Allowed:
    """What the input takes, for an error message."""
    if field.kind is Kind.CHOICE:
        return Allowed(choices=list(field.choices or ()))
    if field.kind is Kind.YES_NO:
        return Allowed(choices=[True, False])
    minimum, maximum = bounds(field)
    return Allowed(minimum=minimum, maximum=maximum)


def bounds(field: Input) -> tuple[float, float]:
    """The range of a number; for whole numbers, the whole numbers at its ends."""
    assert field.minimum is not None
    assert field.maximum is not None
    if field.kind is Kind.INTEGER:
        return math.ceil(field.minimum), math.floor(field.maximum)
    return field.minimum, field.maximum


def written(field: Input, number: float) -> str:
    """A number of this input in a message. One without a unit may be a year: it gets no comma."""
    return f"{number:{',' if field.unit else ''}.12g}"


def _type(field: Input) -> Any:
    if field.kind is Kind.YES_NO:
        return bool
    if field.kind is Kind.CHOICE:
        return Literal[field.choices]  # Literal[("a", "b")] is Literal["a", "b"]
    minimum, maximum = bounds(field)
    limits = Field(ge=minimum, le=maximum)
    if field.kind is Kind.INTEGER:
        return Annotated[int, limits, BeforeValidator(_whole)]
    return Annotated[float, limits]


def _whole(value: object) -> object:
    """3.0 is an integer in JSON Schema, and is what many clients send for 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _description(field: Input) -> str:
    unit = f"Unit: {field.unit}." if field.unit else ""
    return " ".join(part for part in (field.help, unit) if part)
