"""Tells how many bytes a Python process holds in its heap, from inside of it.

It is mounted into a sidecar as ``sitecustomize.py``, which Python imports by itself when it starts.
What the system gave to a process says little: memory that was freed after the start lasts for
thousands of requests that keep a kilobyte each. The C library knows to the byte what is in use,
and with ``PYTHONMALLOC=malloc`` Python's objects come from it too.

Whoever connects to its socket is sent the number. It uses nothing but the standard library.
"""

from __future__ import annotations

import ctypes
import gc
import os
import socket
from threading import Thread

SOCKET = "\0heap-of-{}"
"""Name of the socket, with the id of the process. A null at its start: it lies in no folder."""
FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"


class Mallinfo(ctypes.Structure):
    """What ``mallinfo2`` of the GNU C library returns."""

    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS.split()]


def answer(listener: socket.socket) -> None:
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Mallinfo
    while True:
        connection, _ = listener.accept()
        with connection:
            gc.collect()  # what nobody holds any more is not kept
            info = mallinfo()
            connection.sendall(str(info.uordblks + info.hblkhd).encode())


if __name__ == "sitecustomize":
    opened = socket.socket(socket.AF_UNIX)
    opened.bind(SOCKET.format(os.getpid()))
    opened.listen()
    Thread(target=answer, args=(opened,), name="heap probe", daemon=True).start()
