"""What the API's answers say to browsers and caches: no script, no redirect, nothing to keep."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from tests.houses.api import PriceApi, Value
from tests.integration.origins import asked_from, paths_of

API_HEADERS = {
    "accept",
    "accept-encoding",
    "allow",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "location",
    "x-content-type-options",
    "x-request-id",
}
"""All headers that the API's answers may have. Whoever adds one on purpose adds it here."""


@pytest.mark.check("edges.callback")
def test_an_answer_of_the_api_is_never_a_script(api: PriceApi) -> None:
    for path in ("/schema", "/model", "/health", "/openapi.json"):
        plain = api.get(path)
        answer = api.get(f"{path}?callback=steal&jsonp=steal&format=js")

        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "steal" not in answer.text
        assert answer.text[0] == plain.text[0] == "{"


@pytest.mark.check("edges.redirect")
def test_the_api_leads_nobody_to_another_host(api: PriceApi) -> None:
    """Whatever host a request names: a cache may give its answer to others."""
    headers = ("Host", "X-Forwarded-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL")
    for path in (*paths_of(api), "/docs/", "/schema/", "//evil.example", "/predict/"):
        for name in headers:
            answer = api.get(path, headers={name: "evil.example"})

            led_to = answer.headers.get("location", "")
            assert "evil" not in led_to, f"{path} with {name}"
            assert "evil" not in answer.text, f"{path} with {name}"
            assert urlsplit(led_to).netloc in ("", urlsplit(api.address).netloc)


@pytest.mark.check("edges.cache")
def test_no_answer_about_a_house_or_the_model_is_kept_by_a_cache(
    api: PriceApi, house: dict[str, Value]
) -> None:
    """What tells of the model is another after each training. Files of a library stay the same."""
    answers = [api.get(path) for path in paths_of(api) if not path.endswith((".css", ".js"))]
    answers += [api.post("/predict", json=house), api.post("/predict", json={})]
    answers.append(api.post("/predict/batch", json={"houses": [house]}))
    for answer in answers:
        said = answer.headers.get("cache-control", "no-store")

        assert "public" not in said, answer.request.path_url
        assert "no-store" in said or "no-cache" in said, answer.request.path_url
        assert not {"expires", "etag", "last-modified"} & {key.lower() for key in answer.headers}


@pytest.mark.containers  # a proxy in front of an API that runs elsewhere adds headers of its own
@pytest.mark.check("edges.headers")
def test_the_answers_of_the_api_have_no_header_that_nobody_asked_for(
    compose_stack: ComposeStack, house: dict[str, Value]
) -> None:
    """No cookie, no name or version of a program, no permission."""
    with PriceApi(compose_stack.url("fastapi")) as api:
        for path in paths_of(api):
            for answer in asked_from(api, path, json=house):
                names = {name.lower() for name in answer.headers}

                assert names <= API_HEADERS, f"{path}: {sorted(names - API_HEADERS)}"
