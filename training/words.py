"""Texts of a ``dataset.toml`` that people read in the form."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator


def _words(text: str) -> str:
    """What a form can show: it would wait for ever for a label of blanks."""
    if not text.strip():
        raise ValueError("is blank")
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        raise ValueError("holds a line break, a tab or another sign that no form shows")
    return text.strip()


Words = Annotated[str, AfterValidator(_words)]
