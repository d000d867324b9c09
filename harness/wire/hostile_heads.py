"""Request lines and headers that no honest client sends, for any API that takes JSON.

Each is given with the statuses that it may be answered with.
"""

from __future__ import annotations

import gzip

from harness.wire.raw_http import get, post

OK, BAD = {200}, {400}
Corpus = dict[str, tuple[bytes, set[int]]]
"""A few words -> what is sent, and the statuses that may be answered."""


def odd_heads(body: bytes, *, reads: str, takes: str) -> Corpus:
    """Requests that are odd in line and headers, and after which the connection goes on.

    Args:
        body: JSON that ``takes`` answers with 200.
        reads: path that answers GET with 200, and nothing else.
        takes: path that takes POST with a body of JSON, and nothing else.
    """
    return {
        "no content type": (post(body, takes, content_type=None), {415}),
        "text": (post(body, takes, content_type="text/plain"), {415}),
        "a form": (post(body, takes, content_type="application/x-www-form-urlencoded"), {415}),
        "multipart": (post(body, takes, content_type="multipart/form-data; boundary=x"), {415}),
        "problem": (post(body, takes, content_type="application/problem+json"), {415}),
        "longer type": (post(body, takes, content_type="application/jsonx"), {415}),
        "empty type": (post(body, takes, content_type=""), {415}),
        "Latin-1": (post(body, takes, content_type="application/json; charset=latin-1"), {415}),
        "UTF-16": (post(body, takes, content_type='application/json;charset="utf-16"'), {415}),
        "UTF-8": (post(body, takes, content_type='application/json; charset="UTF-8"'), OK),
        "capitals": (post(body, takes, content_type="APPLICATION/JSON"), OK),
        "other parameter": (post(body, takes, content_type="application/json; version=2"), OK),
        "gzip": (post(gzip.compress(body), takes, "Content-Encoding: gzip"), {415}),
        "gzip twice": (post(body, takes, "Content-Encoding: identity, gzip"), {415}),
        "identity": (post(body, takes, "Content-Encoding: identity"), OK),
        "no body": (post(b"", takes), BAD),
        "no length": (post(b"", takes, length=False), BAD),
        "query": (post(body, takes + "?" + "&".join(f"q{n}=1" for n in range(1500))), OK),
        "query of escapes": (post(body, takes + "?%00%ff%0d%0aX-Evil:%201=<script>"), OK),
        "accepts nothing of ours": (post(body, takes, "Accept: image/png"), OK),
        "method override": (post(body, takes, "X-HTTP-Method-Override: DELETE"), OK),
        "forwarded": (post(body, takes, "X-Forwarded-For: ' OR 1=1", "Forwarded: x"), OK),
        "range": (get(reads, "Range: bytes=" + ",".join(["0-1"] * 2000)), OK),
        "cookie": (get(reads, "Cookie: " + "a=b; " * 2000), OK),
        "other host": (get(reads, "Host2: x").replace(b"Host: api", b"Host: evil.example"), OK),
        "upgrade": (get(reads, "Connection: Upgrade", "Upgrade: websocket"), OK),
        "upgrade to HTTP/2": (get(reads, "Connection: Upgrade", "Upgrade: h2c"), OK),
        "whole address": (get("http://evil.example" + reads), {404}),
        "zero byte in the path": (get(reads + "%00"), {404}),
        "line end in the path": (get(reads + "%0d%0aX-Evil:%201"), {404}),
        "not UTF-8 in the path": (get("/%ff%fe"), {404}),
        "slashes": (get("//evil.example/%2f.."), {404}),
        "long path": (get("/" + "z" * 10_000), {404}),
        "asterisk": (get("*", method="OPTIONS"), {404}),
        "unknown method": (get(takes, method="BREW"), {405}),
        "trace": (get(takes, method="TRACE"), {405}),
        "method in small letters": (get(reads, method="get"), {405}),
        "long method": (get(takes, method="A" * 5000), {405}),
        "version 9": (get(reads).replace(b"HTTP/1.1", b"HTTP/9.9"), OK),
        "version 2": (get(reads).replace(b"HTTP/1.1", b"HTTP/2.0"), OK),
        "body on GET": (post(body, reads).replace(b"POST", b"GET", 1), OK),
    }


def unreadable_heads(*, reads: str, takes: str) -> Corpus:
    """What is not HTTP; it is answered once, as far as it can be, and the connection closed.

    The paths are those of :func:`odd_heads`.
    """
    asks, sends = f"GET {reads}".encode(), f"POST {takes}".encode()
    raw = {
        "no request": b"\r\n\r\nhello\r\n\r\n",
        "TLS": bytes.fromhex("16030100a5010000a10303") + b"\r\n\r\n",
        "no version": asks + b"\r\n\r\n",
        "no host": asks + b" HTTP/1.1\r\n\r\n",
        "two hosts": asks + b" HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "two lengths": sends + b" HTTP/1.1\r\nHost: a\r\n"
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "negative length": sends + b" HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "length in words": sends + b" HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        "unknown transfer": sends + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "space before the colon": asks + b" HTTP/1.1\r\nHost : api\r\n\r\n",
        "folded header": asks + b" HTTP/1.1\r\nHost: api\r\nX: a\r\n b\r\n\xff: c\r\n\r\n",
        "header without a name": asks + b" HTTP/1.1\r\nHost: api\r\n: x\r\n\r\n",
        "zero byte in a header": asks + b" HTTP/1.1\r\nHost: api\r\nX: a\0b\r\n\r\n",
        "zero byte in the path": asks + b"\0 HTTP/1.1\r\nHost: api\r\n\r\n",
        "not ASCII in the path": asks + b"\xc3\xa9 HTTP/1.1\r\nHost: api\r\n\r\n",
        "space in the path": asks + b" x HTTP/1.1\r\nHost: api\r\n\r\n",
        "bad chunk size": sends + b" HTTP/1.1\r\nHost: api\r\nContent-Type: application/json"
        b"\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    }
    large = {
        "one large header": get(reads, "X: " + "z" * 20_000),
        "many headers": get(reads, *(f"X-{n}: {n}" for n in range(2000))),
        "long line": get("/" + "z" * 60_000),
        "large query": get(reads + "?" + "q" * 60_000),
        "megabytes of headers": get(reads, *("X: " + "z" * 8000 for _ in range(1000))),
        "line without an end": b"GET /" + b"z" * 100_000,
        "header without an end": asks + b" HTTP/1.1\r\nHost: api\r\nX: " + b"z" * 100_000,
    }
    return {key: (data, BAD) for key, data in raw.items()} | {
        key: (data, {431}) for key, data in large.items()
    }
