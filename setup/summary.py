"""Prints where the running stack answers, and the price of one sample house from its API."""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVICES = {
    "Form": ("streamlit", 8501, ""),
    "API": ("fastapi", 8000, "/docs"),
    "MLflow": ("mlflow", 5555, ""),
}


def address(service: str, port: int) -> str:
    """Return the address on this machine of a port inside a service's container."""
    published = subprocess.run(
        ["docker", "compose", "port", service, str(port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return f"http://localhost:{published.rpartition(':')[2]}"


def ask(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the JSON answer to a GET, or to a POST of ``body``."""
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def sample_price(api: str) -> str:
    """Return a sentence with the price of the house that the form starts from."""
    schema = ask(f"{api}/schema")
    house = {field["name"]: field["default"] for field in schema["inputs"]}
    price = ask(f"{api}/predict", house)
    middle, lower, upper = (f"{price[key]:,.0f}" for key in ("price", "lower", "upper"))
    return (
        f"{middle} {price['currency']} for the form's default house ({schema['title']}), "
        f"with {price['coverage']:.0%} confidence {lower} to {upper}; "
        f"model version {price['model_version']}"
    )


def main() -> None:
    print()
    for name, (service, port, path) in SERVICES.items():
        print(f"    {name:<8}{address(service, port)}{path}")
    print(f"    {'Sample':<8}{sample_price(address(*SERVICES['API'][:2]))}\n")


if __name__ == "__main__":
    main()
