"""One HTTP exchange with one deadline around all of it, from looking the name up to the last byte.

Most timeouts start anew with each byte that arrives, and never end the wait for a server that
trickles; aiohttp's ``total`` does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Thread

from aiohttp import (
    ClientError,
    ClientPayloadError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    InvalidURL,
)

from errors import ApiNonsense, ApiTooSlow, ApiUnavailable

LARGEST_BODY = 2_000_000  # bytes
LOOKUPS = 64  # of names, at the same time at most


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


def exchange(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, timeout_s: float
) -> Reply:
    """Sends one request and returns the whole answer to it.

    Raises:
        ApiTooSlow: it is not complete after ``timeout_s``.
        ApiUnavailable: nobody can be reached at ``url``, or it hung up.
        ApiNonsense: what answers does not speak HTTP, or does not stop.
    """
    asked = _exchange(method, url, headers, body, timeout_s)
    try:
        return asyncio.run_coroutine_threadsafe(asked, _loop()).result()
    except TimeoutError as error:
        raise ApiTooSlow(f"no complete answer within {timeout_s:.1f} s") from error
    except (InvalidURL, UnicodeError) as error:
        fix = "set API_URL to http://host:port"
        raise ApiUnavailable(f"{url!r} is not an http address: {fix}") from error
    except (ClientPayloadError, ClientResponseError) as error:
        raise ApiNonsense(f"not HTTP: {error!r}") from error
    except ClientError as error:
        raise ApiUnavailable(f"{url}: {error or repr(error)}") from error


async def _exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout_s: float
) -> Reply:
    # Nothing is unpacked, since a packed answer could be of any size. trust_env is off unless told
    # otherwise: the API is a neighbour, and no proxy of the environment leads to it.
    session = ClientSession(timeout=ClientTimeout(total=timeout_s), auto_decompress=False)
    plain = {"Accept-Encoding": "identity", **headers}
    async with (
        session,
        session.request(method, url, headers=plain, data=body, allow_redirects=False) as response,
    ):
        received = bytearray()
        async for chunk in response.content.iter_any():
            received += chunk
            if len(received) > LARGEST_BODY:
                raise ApiNonsense(f"the answer is longer than {LARGEST_BODY} bytes")
        return Reply(response.status, bytes(received))


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Runs as long as the form does.

    A loop that ends waits for all that it looks up, and the system may take long to give up on a
    name. Until then each such look-up holds a thread, also when nobody waits for it any more.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(LOOKUPS))
    Thread(target=loop.run_forever, name="exchanges with the API", daemon=True).start()
    return loop
