"""What the API says to what it must refuse: 4xx, in one shape, without repeating what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.verdict.checks import does_not_apply
from tests.houses.api import BATCH, ApiError, PriceApi, Refusal, Value
from tests.houses.cases import MARK, is_number, longest_batch, mistakes, too_large, values

JSON = {"Content-Type": "application/json"}
Inputs = dict[str, dict[str, Any]]


def refuse(api: PriceApi, house: Mapping[str, Any]) -> Refusal:
    """The refusal of a house, sent as Python writes it: NaN and lone surrogates too."""
    return api.refusal("/predict", data=json.dumps(house).encode(), headers=JSON)


def allowed(one: Mapping[str, Any]) -> dict[str, Any]:
    """What a refusal must say that an input takes."""
    if one["kind"] == "yes_no":
        return {"minimum": None, "maximum": None, "choices": [True, False]}
    return {key: one[key] for key in ("minimum", "maximum", "choices")}


@pytest.mark.check("input.mistake")
def test_a_mistake_in_any_input_is_named_with_its_label_and_what_is_allowed(
    api: PriceApi, house: dict[str, Value], inputs: Inputs, subtests: pytest.Subtests
) -> None:
    for name, one in inputs.items():
        for mistake, value in mistakes(one):
            with subtests.test(input=name, mistake=mistake):
                refusal = refuse(api, {**house, name: value})

                assert refusal.status == 422
                assert refusal.content_type.startswith("application/problem+json")
                [error] = refusal.errors
                assert error["field"] == name
                assert error["label"] == one["label"]
                assert one["label"] in error["message"]
                assert error["allowed"] == allowed(one)
                assert MARK not in refusal.text, "the refusal repeats what was sent"


@pytest.mark.check("input.missing")
def test_a_missing_input_is_named(
    api: PriceApi, house: dict[str, Value], inputs: Inputs, subtests: pytest.Subtests
) -> None:
    for name, one in inputs.items():
        with subtests.test(input=name):
            refusal = refuse(api, {key: house[key] for key in house if key != name})

            assert refusal.status == 422
            assert refusal.fields == [name]
            assert refusal.errors[0]["label"] == one["label"]
            assert "missing" in refusal.errors[0]["message"]


@pytest.mark.check("input.all-mistakes")
def test_all_mistakes_of_a_house_are_named_at_once(api: PriceApi, inputs: Inputs) -> None:
    refusal = refuse(api, dict.fromkeys(inputs))

    assert refusal.fields == list(inputs), "not all inputs that are wrong are named"


@pytest.mark.check("input.unknown")
def test_an_unknown_input_is_refused_and_not_repeated(
    api: PriceApi, house: dict[str, Value]
) -> None:
    refusal = refuse(api, {**house, MARK: 1})

    assert refusal.status == 422
    assert MARK not in refusal.text


@pytest.mark.check("input.no-echo")
def test_a_value_that_is_too_large_is_not_repeated(
    api: PriceApi, house: dict[str, Value], inputs: Inputs
) -> None:
    number = next((one for one in inputs.values() if is_number(one)), None)
    if number is None:
        does_not_apply("no input is a number")
    sent = 31415926535e10 + number["maximum"]

    refusal = refuse(api, {**house, number["name"]: sent})

    assert refusal.status == 422
    assert repr(sent) not in refusal.text
    assert "31415926" not in refusal.text


@pytest.mark.check("input.batch-too-long")
def test_a_batch_of_1001_houses_is_refused(api: PriceApi, house: dict[str, Value]) -> None:
    refusal = api.refusal("/predict/batch", json={"houses": [house] * 1001})

    assert refusal.status == 422
    assert "1,000" in refusal.detail


@pytest.mark.check("input.batch-empty")
def test_an_empty_batch_is_refused(api: PriceApi) -> None:
    assert api.refusal("/predict/batch", json={"houses": []}).status == 422


@pytest.mark.check("input.batch-place")
def test_one_bad_house_refuses_its_batch_and_is_found_by_its_place(
    api: PriceApi, house: dict[str, Value], inputs: Inputs
) -> None:
    name = next(iter(inputs))

    refusal = api.refusal("/predict/batch", json={"houses": [house, {**house, name: None}, house]})

    assert [(error["field"], error["index"]) for error in refusal.errors] == [(name, 1)]


@pytest.mark.check("input.batch-count")
def test_all_mistakes_of_a_batch_are_counted_also_those_that_are_not_listed(
    api: PriceApi, house: dict[str, Value], inputs: Inputs
) -> None:
    name = next(iter(inputs))
    bad = [{**house, name: None}, dict.fromkeys(inputs)]

    refusal = api.refusal("/predict/batch", json={"houses": [house, *bad] * (BATCH // 3)})

    counted = refusal.error_count
    assert counted == BATCH // 3 * (1 + len(inputs)), f"it counts {counted} mistakes"
    assert [(error["field"], error["index"]) for error in refusal.errors][:2] == [
        (name, 1), (name, 2),
    ]  # fmt: skip


@pytest.mark.check("input.no-house")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"price?", 400, id="not JSON"),
        pytest.param(b"{", 400, id="half an object"),
        pytest.param(b'{"a": 1, "a": 2}', 400, id="a key twice"),
        pytest.param(b'{"a": "\xff\xfe"}', 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, 400, id="nested too deep"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b"[]", 422, id="a list"),
        pytest.param(b"{}", 422, id="an empty object"),
        pytest.param(b"1e999", 422, id="a number"),
    ],
)
@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_a_body_that_is_no_house_is_refused(
    api: PriceApi, path: str, body: bytes, status: int
) -> None:
    refusal = api.refusal(path, data=body, headers=JSON)

    assert refusal.status == status, f"refused as {refusal.status} {refusal.title}"
    assert refusal.title
    assert refusal.detail


@pytest.mark.check("input.repeated-key")
def test_a_key_that_is_given_twice_is_refused_whatever_its_values(
    api: PriceApi, house: dict[str, Value], inputs: Inputs, subtests: pytest.Subtests
) -> None:
    """Of two values one is not read. Also where both are equal, as 1 and 1.0 are in Python, and
    where the key is spelt in two ways."""
    whole = json.dumps(house)
    for name, value in house.items():
        spelt = f"\\u{ord(name[0]):04x}{name[1:]}"
        for key, again in [(name, other) for other in _values_again(inputs[name], value)] + [
            (spelt, value)
        ]:
            member = f'"{key}": {json.dumps(again)}'
            twice = f"{whole[:-1]}, {member}}}" if key == name else f"{{{member}, {whole[1:]}"
            for path, body in {
                "/predict": twice,
                "/predict/batch": f'{{"houses": [{whole}, {twice}]}}',
            }.items():
                with subtests.test(key=key, again=repr(again), path=path):
                    assert_refused_for_its_keys(api, path, body)
    with subtests.test(input="houses"):
        body = f'{{"houses": [{whole}], "houses": [{whole}]}}'
        assert_refused_for_its_keys(api, "/predict/batch", body)


def assert_refused_for_its_keys(api: PriceApi, path: str, body: str) -> None:
    answer = api.post(path, data=body, headers=JSON)
    assert answer.status_code == 400, f"a key twice: {answer.status_code}, not 400: {answer.text}"


def _values_again(one: Mapping[str, Any], value: Value) -> list[Value]:
    """The same value, what is equal to it in Python and not in JSON, and another one."""
    others = [other for other in values(one) if other != value][:1]
    if isinstance(value, bool):
        return [value, int(value), *others]
    if isinstance(value, str):
        return [value, *others]
    equal = float(value) if isinstance(value, int) else int(value)
    return [value, *[equal] * (equal == value), *others]


@pytest.mark.check("input.longest-batch")
@pytest.mark.parametrize("indent", [pytest.param(None, id="plain"), pytest.param(4, id="indented")])
def test_a_full_batch_of_the_longest_houses_is_taken(
    api: PriceApi, inputs: Inputs, indent: int | None
) -> None:
    answer = api.post("/predict/batch", data=longest_batch(inputs.values(), indent), headers=JSON)

    assert answer.status_code == 200, answer.text[:500]
    assert len(answer.json()["predictions"]) == BATCH


@pytest.mark.check("input.too-large")
@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_a_body_far_larger_than_any_batch_is_refused(
    api: PriceApi, inputs: Inputs, path: str
) -> None:
    refusal = api.refusal(path, data=too_large(inputs.values()), headers=JSON)

    assert refusal.status == 413, f"refused as {refusal.status}"
    assert refusal.title
    assert refusal.detail


@pytest.mark.check("input.media-type")
def test_another_media_type_is_refused(api: PriceApi, house: dict[str, Value]) -> None:
    body = json.dumps(house).encode()

    assert api.refusal("/predict", data=body, headers={"Content-Type": "text/plain"}).status == 415


@pytest.mark.check("input.connection")
def test_the_connection_of_a_refused_request_still_works(
    api: PriceApi, house: dict[str, Value]
) -> None:
    price = api.predict(house).price
    for body in (b"{", json.dumps({**house, "x": float("nan")}).encode(), b"[" * 10_000):
        api.refusal("/predict", data=body, headers=JSON)

        assert api.predict(house).price == price


@pytest.mark.check("input.unknown-address")
def test_an_unknown_address_is_a_problem_too(api: PriceApi) -> None:
    answer = api.get("/no/such/place")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.check("input.method")
def test_another_method_is_a_problem_too(api: PriceApi) -> None:
    answer = api.get("/predict")

    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "POST" in answer.headers["allow"]


@pytest.mark.check("input.request-id")
def test_a_refusal_carries_the_id_that_the_client_chose(api: PriceApi) -> None:
    refusal = api.refusal("/predict", json={}, headers={"X-Request-ID": "refusal-4711"})

    assert refusal.request_id == "refusal-4711"


@pytest.mark.check("input.client-notices")
def test_the_client_of_these_tests_notices_an_answer_that_is_no_refusal(
    api: PriceApi, house: dict[str, Value]
) -> None:
    with pytest.raises(ApiError, match="wanted a refusal"):
        api.refusal("/predict", json=house)
