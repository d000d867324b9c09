"""``golden.json``: held-out sales with the prices that the exported model gave at training."""

from __future__ import annotations

from pydantic import Field

from app.contract import Contract, StrictModel
from app.manifest import Coverage

Value = bool | int | float | str


class GoldenRow(StrictModel):
    """A house, the model's answer for it, and the price that it was really sold for."""

    inputs: dict[str, Value]
    price: float
    lower: float
    upper: float
    actual: float

    def problem(self, contract: Contract) -> str | None:
        """Why ``contract`` would refuse this house, or None."""
        if sorted(self.inputs) != sorted(contract.names):
            return "its inputs are not those of the contract"
        for field in contract.inputs:
            if not field.accepts(self.inputs[field.name]):
                return f"its {field.name} is not a value that the contract accepts"
        return None


class Golden(StrictModel):
    coverage: Coverage
    rows: tuple[GoldenRow, ...] = Field(min_length=1)
