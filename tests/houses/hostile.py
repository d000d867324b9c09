"""Requests that no honest client sends, each with the statuses that it may be answered with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.wire.hostile_heads import OK, Corpus, odd_heads, unreadable_heads
from harness.wire.raw_http import get, post
from tests.houses.cases import is_number, takes, typical

BAD, UNPROCESSABLE = {400}, {422}
READS, TAKES = "/schema", "/predict"

ECHOES = (b"jndi", b"DROP TABLE", b"passwd", b"evil", b"posix", b"__proto__", b"__class__", b"xxxx",
          b"kkkk", b"zzzz", b"BREW", b"31415926")  # fmt: skip
"""Parts of the requests below, which no answer repeats. None can be in a random id or a price."""


def bodies(inputs: Sequence[Mapping[str, Any]]) -> Corpus:
    """Bodies of ``POST /predict``, all declared as plain JSON, for houses of these inputs."""
    house = typical(inputs)
    good = json.dumps(house).encode()
    one = next(filter(is_number, inputs), inputs[0])
    name = one["name"]
    other = next((field["name"] for field in inputs if field is not one), name)

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
        **odd_heads(good, reads=READS, takes=TAKES),
        "request id with a space": (post(good, TAKES, "X-Request-ID: a b"), OK),
        "request id too long": (post(good, TAKES, "X-Request-ID: " + "z" * 5000), OK),
        "request id in Latin-1": (post(good, TAKES, "X-Request-ID: \xe9\xff"), OK),
        "two request ids": (post(good, TAKES, "X-Request-ID: a", "X-Request-ID: b"), OK),
        "folder up": (get("/docs/../../etc/passwd"), {404}),
        "folder up, escaped": (get("/docs/%2e%2e%2f%2e%2e%2fetc/passwd"), {404}),
    }


def unreadable() -> Corpus:
    """What is not HTTP; it is answered once, as far as it can be, and the connection closed."""
    return unreadable_heads(reads=READS, takes=TAKES)
