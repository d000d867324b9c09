"""What the environment may set: where the bundle is, the port, the tracker, the log level."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from environment variables of the same names, in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    bundle_dir: Path = Path("artifacts/bundle")
    listen_on: str = "0.0.0.0"
    port: int = Field(default=8000, ge=0, le=65535)
    mlflow_tracking_uri: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
