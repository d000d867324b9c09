"""Checks houses against the contract and says in plain words what is wrong with them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from app.contract import Contract, Input, Kind
from app.golden import Value
from app.house import MAX_HOUSES, allowed, bounds, house_model, max_body_bytes, written
from app.problems import MAX_ERRORS, FieldError, ProblemError

House = dict[str, Value]


class HouseReader:
    """Turns parsed JSON into houses that the model can be asked about.

    What is refused is described by the contract alone; nothing of the input is repeated, not even
    the name of an unknown field.

    Attributes:
        model: of one house.
        max_body_bytes: that a request may have.
    """

    def __init__(self, contract: Contract) -> None:
        self.model: type[BaseModel] = house_model(contract)
        self.max_body_bytes = max_body_bytes(contract)
        self._inputs = {field.name: field for field in contract.inputs}
        self._names = ", ".join(self._inputs)

    def one(self, body: Any) -> House:
        """The house in ``body``, in the contract's order.

        Raises:
            ProblemError: 422, with every field that is wrong.
        """
        errors = _Errors(1 + len(self._inputs))  # the unknown fields are one
        house = self._check(body, None, errors)
        errors.raise_if_any()
        return house

    def many(self, body: Any) -> list[House]:
        """The houses in ``{"houses": [...]}``, in their order.

        Raises:
            ProblemError: 422, with the first fields that are wrong and how many there are.
        """
        if not isinstance(body, dict) or body.keys() != {"houses"}:
            raise _refused("The body must be an object with one field, houses.")
        houses = body["houses"]
        # Before any of them is looked at: a refusal must stay cheap.
        if not isinstance(houses, list) or not 1 <= len(houses) <= MAX_HOUSES:
            raise _refused(f"houses must be an array of 1 to {MAX_HOUSES:,} houses.")
        errors = _Errors(MAX_ERRORS)
        checked = [self._check(house, index, errors) for index, house in enumerate(houses)]
        errors.raise_if_any()
        return checked

    def _check(self, body: Any, index: int | None, errors: _Errors) -> House:
        if not isinstance(body, dict):
            errors.add(None, f"A house must be an object with these fields: {self._names}.", index)
            return {}
        if unknown := body.keys() - self._inputs.keys():
            errors.add(
                None,
                f"Unknown fields: {len(unknown):,}. These are known: {self._names}.",
                index,
            )
            body = {name: body[name] for name in self._inputs if name in body}
        try:
            return self.model.model_validate(body).model_dump(by_alias=True)
        except ValidationError as error:
            missing = self._inputs.keys() - body.keys()
            details = error.errors(include_url=False, include_context=False, include_input=False)
            for name in dict.fromkeys(detail["loc"][0] for detail in details):
                field = self._inputs[str(name)]
                errors.add(field, _message(field, missing=name in missing), index)
            return {}


class _Errors:
    """Keeps the first errors and counts the rest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[FieldError] = []
        self._count = 0

    def add(self, field: Input | None, message: str, index: int | None) -> None:
        self._count += 1
        if len(self._kept) < self._most:
            self._kept.append(
                FieldError(
                    field=field.name if field else None,
                    label=field.label if field else None,
                    message=message,
                    allowed=allowed(field) if field else None,
                    index=index,
                )
            )

    def raise_if_any(self) -> None:
        if not self._count:
            return
        listed = "" if self._count <= self._most else f" The first {self._most} are listed."
        inputs = "1 input" if self._count == 1 else f"{self._count:,} inputs"
        detail = f"{inputs} cannot be accepted; see errors.{listed}"
        raise ProblemError(422, detail, errors=self._kept, error_count=self._count)


def _refused(message: str) -> ProblemError:
    error = FieldError(field=None, label=None, message=message, allowed=None, index=None)
    return ProblemError(422, message, errors=[error], error_count=1)


def _message(field: Input, *, missing: bool) -> str:
    if missing:
        return f"{field.label} is missing; it must be {_wanted(field)}."
    return f"{field.label} must be {_wanted(field)}."


def _wanted(field: Input) -> str:
    if field.kind is Kind.YES_NO:
        return "true or false"
    if field.kind is Kind.CHOICE:
        return f"one of the {len(field.choices or ())} choices, spelled as they are listed"
    minimum, maximum = bounds(field)
    unit = f" {field.unit}" if field.unit else ""
    noun = "a whole number" if field.kind is Kind.INTEGER else "a number"
    return f"{noun} from {written(field, minimum)} to {written(field, maximum)}{unit}"
