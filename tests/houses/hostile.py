"""Requests that no honest client sends, each with the statuses that it may be answered with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.wire.raw_http import get, post
from tests.houses.cases import is_number, takes, typical

OK, BAD, UNPROCESSABLE = {200}, {400}, {422}
Corpus = dict[str, tuple[bytes, set[int]]]
"""A few words -> what is sent, and the statuses that may be answered."""

ECHOES = (b"jndi", b"DROP TABLE", b"passwd", b"evil", b"posix", b"__proto__", b"__class__", b"xxxx",
          b"kkkk", b"zzzz", b"BREW", b"31415926")  # fmt: skip
"""Parts of the requests below, which no answer repeats. None can be in a random id or a price."""


def bodies(inputs: Sequence[Mapping[str, Any]]) -> Corpus:
    """Bodies of ``POST /predict``, all declared as plain JSON, for houses of these inputs."""
    house = typical(inputs)
    good = json.dumps(house).encode()
    one = next(filter(is_number, inputs), inputs[0])
    name = one["name"]
    other = next((each["name"] for each in inputs if each is not one), name)

    def with_value(raw: str) -> bytes:
        return json.dumps({**house, name: "@"}).replace('"@"', raw).encode("utf-8", "surrogatepass")

    nested = {
        f"{kind} nested {depth} deep": (opened * depth + closed * depth, {400, 422})
        for kind, opened, closed in (
            ("arrays", b"[", b"]"),
            ("objects", b'{"a":', b"}"),
        )
        for depth in (500, 5_000, 100_000)
    }
    values = {
        raw[:40]: (with_value(raw), OK if takes(one, raw) else UNPROCESSABLE)
        for raw in (
            "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000, "-" + "9" * 20000,
            "1e400", "0." + "3" * 5000, "1e-400", '"\\ud800"', '"\\u0000"', '"1000"', "true",
            "null", "[]", "{}", "[1000]", '{"a":1}', '""', '"' + "x" * 100_000 + '"',
            '"%s%n%x{0}${jndi:ldap://x}"', '"\'; DROP TABLE houses;--"', '"../../etc/passwd"',
            '"\\u202e"', "9007199254740993", "-0", "0.1", "2147483648", "18446744073709551616",
            "314159265358979323846",
        )
    }  # fmt: skip
    broken = {
        "empty": b"",
        "white space": b" \r\n\t ",
        "cut off": good[:-1],
        "doubled": good + good,
        "rest after it": good + b"x",
        "comma at the end": good[:-1] + b",}",
        "comment": good[:-1] + b"/* */}",
        "single quotes": good.replace(b'"', b"'"),
        "no quotes": good.replace(b'"', b""),
        "hexadecimal": with_value("0x10"),
        "leading zero": with_value("0100"),
        "leading plus": with_value("+100"),
        "dot at the end": with_value("100."),
        "control character in a string": with_value('"\n"'),
        "bad escape": with_value('"\\x41"'),
        "half an escape": with_value('"\\ud8"'),
        "byte order mark": b"\xef\xbb\xbf" + good,
        "UTF-16": good.decode().encode("utf-16"),
        "UTF-16 without mark": good.decode().encode("utf-16-le"),
        "UTF-32": good.decode().encode("utf-32"),
        "bytes that are not UTF-8": with_value('"@"').replace(b"@", b"\xff\xfe"),
        "overlong UTF-8": with_value('"@"').replace(b"@", b"\xc0\xaf"),
        "surrogate as UTF-8": with_value('"\ud800"'),
        "zero bytes": b"\0" * 1000,
        "gzip without saying so": gzip.compress(good),
        "a form": b"area=100&garden=true",
        "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        "a pickle": b"\x80\x04\x95cposix\nsystem\n.",
        "key twice": good[:-1] + f', "{name}": 1}}'.encode(),
        "key twice, once escaped": good[:-1] + f', "\\u{ord(name[0]):04x}{name[1:]}": 1}}'.encode(),
        "key twice, deeper": b'{"a": {"b": 1, "b": 2}}',
    }
    refused = {
        "null": b"null",
        "array": b"[" + good + b"]",
        "string": json.dumps(good.decode()).encode(),
        "number": b"1",
        "not a number": b"NaN",
        "empty object": b"{}",
        "a batch": b'{"houses":[' + good + b"]}",
        "prototype": good[:-1] + b', "__proto__": {"admin": true}}',
        "class": good[:-1] + b', "__class__": "x", "model_config": {}}',
        "empty key": good[:-1] + b', "": 1}',
        "surrogate as key": good[:-1] + b', "\\ud800": 1}',
        "key in capitals": good.replace(f'"{name}"'.encode(), f'"{name.upper()}"'.encode()),
        "key with a space": good.replace(f'"{name}"'.encode(), f'"{name} "'.encode()),
        "key with a zero byte": good.replace(f'"{name}"'.encode(), f'"{name}\\u0000"'.encode()),
        "swapped values": json.dumps({**house, name: house[other], other: "x"}).encode(),
        "50,000 keys": b"{" + b",".join(b'"%d":0' % n for n in range(50_000)) + b"}",
        "a long key": json.dumps({**house, "k" * 500_000: 1}).encode(),
    }
    accepted = {
        "as it is": good,
        "white space around": b" \r\n\t" + good + b"\n\n",
        "escaped key": good.replace(name.encode(), f"\\u{ord(name[0]):04x}{name[1:]}".encode(), 1),
        "a megabyte of spaces": good + b" " * (1_000_000 - len(good)),
    }
    return (
        nested
        | values
        | {key: (body, BAD) for key, body in broken.items()}
        | {key: (body, UNPROCESSABLE) for key, body in refused.items()}
        | {key: (body, OK) for key, body in accepted.items()}
    )


def headers(inputs: Sequence[Mapping[str, Any]]) -> Corpus:
    """Requests that are odd in line and headers, and after which the connection goes on."""
    good = json.dumps(typical(inputs)).encode()
    return {
        "no content type": (post(good, content_type=None), {415}),
        "text": (post(good, content_type="text/plain"), {415}),
        "a form": (post(good, content_type="application/x-www-form-urlencoded"), {415}),
        "multipart": (post(good, content_type="multipart/form-data; boundary=x"), {415}),
        "problem": (post(good, content_type="application/problem+json"), {415}),
        "longer type": (post(good, content_type="application/jsonx"), {415}),
        "empty type": (post(good, content_type=""), {415}),
        "Latin-1": (post(good, content_type="application/json; charset=latin-1"), {415}),
        "UTF-16": (post(good, content_type='application/json;charset="utf-16"'), {415}),
        "UTF-8": (post(good, content_type='application/json; charset="UTF-8"'), OK),
        "capitals": (post(good, content_type="APPLICATION/JSON"), OK),
        "other parameter": (post(good, content_type="application/json; version=2"), OK),
        "gzip": (post(gzip.compress(good), "/predict", "Content-Encoding: gzip"), {415}),
        "gzip twice": (post(good, "/predict", "Content-Encoding: identity, gzip"), {415}),
        "identity": (post(good, "/predict", "Content-Encoding: identity"), OK),
        "no body": (post(b""), BAD),
        "no length": (post(b"", length=False), BAD),
        "query": (post(good, "/predict?" + "&".join(f"q{n}=1" for n in range(1500))), OK),
        "query of escapes": (post(good, "/predict?%00%ff%0d%0aX-Evil:%201=<script>"), OK),
        "request id with a space": (post(good, "/predict", "X-Request-ID: a b"), OK),
        "request id too long": (post(good, "/predict", "X-Request-ID: " + "z" * 5000), OK),
        "request id in Latin-1": (post(good, "/predict", "X-Request-ID: \xe9\xff"), OK),
        "two request ids": (post(good, "/predict", "X-Request-ID: a", "X-Request-ID: b"), OK),
        "accepts nothing of ours": (post(good, "/predict", "Accept: image/png"), OK),
        "method override": (post(good, "/predict", "X-HTTP-Method-Override: DELETE"), OK),
        "forwarded": (post(good, "/predict", "X-Forwarded-For: ' OR 1=1", "Forwarded: x"), OK),
        "range": (get("/schema", "Range: bytes=" + ",".join(["0-1"] * 2000)), OK),
        "cookie": (get("/schema", "Cookie: " + "a=b; " * 2000), OK),
        "other host": (get("/schema", "Host2: x").replace(b"Host: api", b"Host: evil.example"), OK),
        "upgrade": (get("/schema", "Connection: Upgrade", "Upgrade: websocket"), OK),
        "upgrade to HTTP/2": (get("/schema", "Connection: Upgrade", "Upgrade: h2c"), OK),
        "whole address": (get("http://evil.example/schema"), {404}),
        "zero byte in the path": (get("/schema%00"), {404}),
        "line end in the path": (get("/schema%0d%0aX-Evil:%201"), {404}),
        "not UTF-8 in the path": (get("/%ff%fe"), {404}),
        "folder up": (get("/docs/../../etc/passwd"), {404}),
        "folder up, escaped": (get("/docs/%2e%2e%2f%2e%2e%2fetc/passwd"), {404}),
        "slashes": (get("//evil.example/%2f.."), {404}),
        "long path": (get("/" + "z" * 10_000), {404}),
        "asterisk": (get("*", method="OPTIONS"), {404}),
        "unknown method": (get("/predict", method="BREW"), {405}),
        "trace": (get("/predict", method="TRACE"), {405}),
        "method in small letters": (get("/schema", method="get"), {405}),
        "long method": (get("/predict", method="A" * 5000), {405}),
        "version 9": (get("/schema").replace(b"HTTP/1.1", b"HTTP/9.9"), OK),
        "version 2": (get("/schema").replace(b"HTTP/1.1", b"HTTP/2.0"), OK),
        "body on GET": (post(good, "/schema").replace(b"POST", b"GET", 1), OK),
    }


def unreadable() -> Corpus:
    """What is not HTTP; it is answered once, as far as it can be, and the connection closed."""
    raw = {
        "no request": b"\r\n\r\nhello\r\n\r\n",
        "TLS": bytes.fromhex("16030100a5010000a10303") + b"\r\n\r\n",
        "no version": b"GET /schema\r\n\r\n",
        "no host": b"GET /schema HTTP/1.1\r\n\r\n",
        "two hosts": b"GET /schema HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "two lengths": b"POST /predict HTTP/1.1\r\nHost: a\r\n"
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "negative length": b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "length in words": b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        "unknown transfer": b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "space before the colon": b"GET /schema HTTP/1.1\r\nHost : api\r\n\r\n",
        "folded header": b"GET /schema HTTP/1.1\r\nHost: api\r\nX: a\r\n b\r\n\xff: c\r\n\r\n",
        "header without a name": b"GET /schema HTTP/1.1\r\nHost: api\r\n: x\r\n\r\n",
        "zero byte in a header": b"GET /schema HTTP/1.1\r\nHost: api\r\nX: a\0b\r\n\r\n",
        "zero byte in the path": b"GET /sch\0ema HTTP/1.1\r\nHost: api\r\n\r\n",
        "not ASCII in the path": b"GET /sch\xc3\xa9ma HTTP/1.1\r\nHost: api\r\n\r\n",
        "space in the path": b"GET /sch ema HTTP/1.1\r\nHost: api\r\n\r\n",
        "bad chunk size": b"POST /predict HTTP/1.1\r\nHost: api\r\nContent-Type: application/json"
        b"\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    }
    large = {
        "one large header": get("/schema", "X: " + "z" * 20_000),
        "many headers": get("/schema", *(f"X-{n}: {n}" for n in range(2000))),
        "long line": get("/" + "z" * 60_000),
        "large query": get("/schema?" + "q" * 60_000),
        "megabytes of headers": get("/schema", *("X: " + "z" * 8000 for _ in range(1000))),
        "line without an end": b"GET /" + b"z" * 100_000,
        "header without an end": b"GET /schema HTTP/1.1\r\nHost: api\r\nX: " + b"z" * 100_000,
    }
    return {key: (data, BAD) for key, data in raw.items()} | {
        key: (data, {431}) for key, data in large.items()
    }
