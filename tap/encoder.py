"""The process that encodes. Decoding a large body holds Python up while it lasts, and must not hold up callers."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec

from core.memory import settle_collector
from tap.captured import Captured
from tap.encoding import Encoded, encode

END_S = 2.0
NICENESS = 15
"""Recording gives way to what is recorded."""

_write = msgspec.msgpack.Encoder().encode
_read_batch = msgspec.msgpack.Decoder(list[Captured]).decode
_read_encoded = msgspec.msgpack.Decoder(Encoded).decode


class EncoderDied(Exception):
    """The process ended in the middle of a batch."""


class Encoder:
    """One process, started when it is first needed and again after it died. One caller at a time."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def encode(self, batch: list[Captured]) -> Encoded:
        """What became of the batch. Raises EncoderDied."""
        try:
            pipe = self.start()
            pipe.send_bytes(_write(batch))
            return _read_encoded(pipe.recv_bytes())
        except (EOFError, OSError) as died:
            self.close()
            raise EncoderDied from died

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join(END_S)
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None

    def start(self) -> Connection:
        """The pipe to the running process."""
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self._limit_bytes), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe


def _serve(pipe: Connection, limit_bytes: int) -> None:
    """In the process: encode batches until the tap is gone, which closes the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    settle_collector()
    while True:
        try:
            batch = _read_batch(pipe.recv_bytes())
            pipe.send_bytes(_write(encode(batch, limit_bytes=limit_bytes)))
        except (EOFError, OSError):
            return
