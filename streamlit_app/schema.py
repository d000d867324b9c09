"""The contract as the form needs it: which inputs to ask for and what their price is called."""

from __future__ import annotations

from dataclasses import dataclass

import strict

Value = bool | int | float | str


@dataclass(frozen=True)
class Input:
    """One question of the form.

    ``minimum``, ``maximum`` and ``step`` (in ``unit``) belong to the numeric kinds,
    ``choices`` to a choice.
    """

    name: str
    label: str
    group: str
    kind: str
    default: Value
    help: str = ""
    unit: str | None = None
    minimum: float = 0
    maximum: float = 0
    step: float = 1
    choices: tuple[str, ...] = ()

    @property
    def caption(self) -> str:
        """The label with its unit, as it stands above the widget."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def check(self) -> None:
        """Raises ValueError when no widget could show this input with its default."""
        match self.kind:
            case "number" | "integer":
                if not (self.minimum < self.maximum and self.step > 0):
                    raise ValueError("needs minimum < maximum and step > 0")
                fits = strict.is_number(self.default) and (
                    self.minimum <= self.default <= self.maximum
                )
                if self.kind == "integer":
                    fits = fits and self.default == int(self.default)
            case "choice":
                fits = self.default in self.choices
            case "yes_no":
                fits = isinstance(self.default, bool)
            case _:
                raise ValueError(f"the form has no widget for the kind {self.kind!r}")
        if not fits:
            raise ValueError("its default is not a value that it takes")


@dataclass(frozen=True)
class Contract:
    """All inputs in the order of the form; ``currency`` is an ISO 4217 code."""

    title: str
    target: str
    currency: str
    inputs: tuple[Input, ...]


def read_contract(document: object) -> Contract:
    """The answer of ``GET /schema``, checked. Raises ValueError that names what is wrong."""
    root = strict.mapping(document, "the contract")
    if root.get("format") != 1:
        raise ValueError(f"the contract has format {root.get('format')!r}, this form reads 1")
    target = strict.mapping(root.get("target"), "'target'")
    currency = strict.text(target, "currency")
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        raise ValueError(f"{currency!r} is not an ISO 4217 code")
    inputs = tuple(_read_input(each) for each in strict.items(root, "inputs"))
    if len({each.name for each in inputs}) != len(inputs):
        raise ValueError("two inputs have the same name")
    return Contract(strict.text(root, "title"), strict.text(target, "label"), currency, inputs)


def _read_input(document: object) -> Input:
    raw = strict.mapping(document, "an input")
    name, kind = strict.text(raw, "name"), strict.text(raw, "kind")
    numeric = kind in ("number", "integer")
    try:
        one = Input(
            name=name,
            label=strict.text(raw, "label"),
            group=strict.text(raw, "group"),
            kind=kind,
            default=strict.scalar(raw, "default"),
            help=strict.text(raw, "help") if raw.get("help") else "",
            unit=strict.text(raw, "unit") if raw.get("unit") else None,
            minimum=strict.number(raw, "minimum") if numeric else 0,
            maximum=strict.number(raw, "maximum") if numeric else 0,
            step=strict.number(raw, "step") if numeric else 1,
            choices=strict.texts(raw, "choices") if kind == "choice" else (),
        )
        one.check()
    except ValueError as error:
        raise ValueError(f"input {name!r}: {error}") from error
    return one
