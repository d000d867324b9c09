"""What can be changed for one training run with ``--set key=value``."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, ValidationError

from app.contract import StrictModel
from training.errors import nearest


class SettingsError(Exception):
    """A ``--set`` that is not one; says what is allowed."""


class Settings(StrictModel, strict=False):
    """Settings of one run. The defaults are what ships."""

    seed: int = Field(default=0, ge=0, lt=2**32, description="of every random choice")
    folds: int = Field(default=10, ge=3, le=50, description="of the cross-validated score")
    coverage: float = Field(default=0.9, ge=0.5, le=0.98, description="of the prediction interval")
    rounds: int = Field(default=300, ge=10, le=5_000, description="of the boosting")
    trees: int = Field(default=100, ge=10, le=2_000, description="of the forest beside it")
    holdout: int = Field(default=500, ge=20, description="sales kept out of the served model")
    holdout_share: float = Field(default=0.2, ge=0.1, lt=0.5, description="at most, of all sales")

    @classmethod
    def from_pairs(cls, pairs: Iterable[str]) -> Settings:
        """Settings from ``key=value`` texts.

        Raises:
            SettingsError: an unknown key or a value that does not fit.
        """
        given = {}
        for pair in pairs:
            key, equals, value = pair.partition("=")
            if not equals:
                raise SettingsError(f"--set {pair}: no value. Fix: --set key=value")
            if key not in cls.model_fields:
                raise SettingsError(f"--set {key}: unknown. Fix: {nearest(key, cls.model_fields)}")
            given[key] = value
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            key = str(error.errors()[0]["loc"][0])
            raise SettingsError(
                f"--set {key}={given[key]}: {key} is {cls._takes(key)}. "
                f"Fix: --set {key}={cls.model_fields[key].default}, or another"
            ) from None

    @classmethod
    def _takes(cls, key: str) -> str:
        """What may be given, in words."""
        schema = cls.model_json_schema()["properties"][key]
        kind = "a whole number" if schema["type"] == "integer" else "a number"
        bounds = {
            "minimum": "from {}",
            "maximum": "to {}",
            "exclusiveMaximum": "and below {}",
        }
        told = [words.format(schema[bound]) for bound, words in bounds.items() if bound in schema]
        return " ".join([kind, *told])
