"""Loaded by launch.py into the process that becomes a student's kernel, before any student code.

A stock ipykernel queues output without bound when it is printed faster than it is read, until its memory is full. Here
whoever prints waits for whoever reads. A notebook can undo this; then the grader's own caps end it.
"""

from __future__ import annotations

import ctypes
import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import zmq
from ipykernel import iostream
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

# what the runner gives every kernel, and what nbclient adds
_USUAL_ARGUMENTS = {"--HistoryManager.enabled=False", "--HistoryManager.hist_file=:memory:"}
_CHUNK = 100_000  # characters of a stream that are sent as one message
_WAITING = 1_000_000  # bytes of other messages that may wait to be sent
_PIECE = 1 << 16
_SENT = 8  # messages that ZeroMQ takes before it makes the sender wait


class PatientApp(IPKernelApp):
    """ipykernel whose output socket makes the sender wait where a stock one drops messages."""

    @classmethod
    def prepare(cls) -> None:
        """Before forking: the log of a kernel's application as it will be. To set it up looks at every logger that
        there is, and makes a fork copy the memory in which they lie."""
        cast(Any, cls())._configure_logging()

    def _configure_logging(self) -> None:
        own = cast(Any, self)
        if not logging.getLogger(type(self).__name__).handlers or own.log_level != own.trait_defaults("log_level"):
            cast(Any, super())._configure_logging()
        own._logging_configured = True

    def parse_command_line(self, argv: Any = None) -> None:
        """Ours says little; to make a parser for all that could be said is a fifth of what a kernel costs to start."""
        own = cast(Any, self)
        if argv is None or argv[:1] != ["-f"] or not _USUAL_ARGUMENTS.issuperset(argv[2:]):
            cast(Any, super()).parse_command_line(argv)
            return
        own.connection_file = argv[1]
        own.update_config(Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}}))

    def init_iopub(self, context: Any) -> None:
        thread, stream, base = cast(Any, IOPubThread), cast(Any, OutStream), cast(Any, super())
        thread.send_multipart = _Gate().send_multipart()
        stream.flush_timeout = 3600  # or a print that waits would say so on standard error
        stream._flush_buffers = _in_chunks(stream._flush_buffers)
        stream._schedule_flush = _wait_when_full(stream._schedule_flush)
        # defaults for the sockets made here: they have to be set before the socket is bound
        context.setsockopt(zmq.SNDHWM, _SENT)
        context.setsockopt(zmq.XPUB_NODROP, 1)
        try:
            base.init_iopub(context)
        finally:
            del context.sockopts[zmq.SNDHWM], context.sockopts[zmq.XPUB_NODROP]
        if not cast(Any, self).iopub_thread._pipe_flag:
            iostream.PIPE_BUFFER_SIZE = _PIECE  # fewer characters cut in two than with ipykernel's 1000 bytes

    def init_kernel(self) -> None:
        cast(Any, super()).init_kernel()
        kernel = cast(Any, self).kernel
        kernel.do_execute = _giving_back_memory(kernel.do_execute)


def _giving_back_memory(do_execute: Callable[..., Any]) -> Callable[..., Any]:
    """The C library keeps what tensors of some megabytes held, for the next ones: after a training that is half of a
    kernel's memory, and other kernels run meanwhile."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc

    async def execute(code: str, silent: bool, *args: Any, **kwargs: Any) -> Any:
        try:
            return await do_execute(code, silent, *args, **kwargs)
        finally:
            if trim is not None and not silent:  # a question holds little
                trim(0)

    return execute


def _in_chunks(flush_buffers: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def chunks(self: Any) -> Iterator[tuple[Any, str]]:
        for parent, text in flush_buffers(self):
            if _is_cut_off(self.pub_thread):
                _write(self._original_stdstream_fd, text.encode(errors="replace"))
                continue
            for start in range(0, len(text), _CHUNK):
                yield parent, text[start : start + _CHUNK]

    return chunks


def _wait_when_full(schedule_flush: Callable[[Any], None]) -> Callable[[Any], None]:
    def schedule_and_wait(self: Any) -> None:  # the last thing that OutStream.write does
        schedule_flush(self)
        with self._buffer_lock:
            waiting = sum(buffer.tell() for buffer in self._buffers.values())
        if waiting < _CHUNK or not _is_elsewhere(self.pub_thread):
            return
        sent = threading.Event()

        def flush() -> None:
            try:
                self._flush()
            finally:
                sent.set()

        self.pub_thread.schedule(flush)
        while not sent.wait(1.0) and self.pub_thread.thread.is_alive():
            pass

    return schedule_and_wait


class _Gate:
    """Counts the bytes on their way to the thread that sends, and lets no more in while there are many."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.waiting = 0

    def enter(self, size: int, pub_thread: Any) -> None:
        with self.changed:
            while self.waiting and self.waiting + size > _WAITING and pub_thread.thread.is_alive():
                if not self.changed.wait(1.0) and not pub_thread._events:
                    self.waiting = 0  # someone was interrupted between here and the queue
            self.waiting += size

    def leave(self, size: int) -> None:
        with self.changed:
            self.waiting = max(0, self.waiting - size)
            self.changed.notify_all()

    def send_multipart(self) -> Callable[..., None]:
        """What replaces IOPubThread.send_multipart."""
        gate = self

        def send_multipart(self: Any, message: Any, *args: Any, **kwargs: Any) -> None:
            if not _is_elsewhere(self):
                if not _is_cut_off(self):
                    self._really_send(message, *args, **kwargs)
                return
            size = sum(memoryview(part).nbytes for part in message)
            gate.enter(size, self)

            def send() -> None:
                try:
                    self._really_send(message, *args, **kwargs)
                finally:
                    gate.leave(size)

            self.schedule(send)

        return send_multipart


def _is_elsewhere(pub_thread: Any) -> bool:
    """Whether this is neither the thread that sends nor a forked process, where that thread does not exist."""
    thread = pub_thread.thread
    return thread.is_alive() and thread is not threading.current_thread() and pub_thread._master_pid == os.getpid()


def _is_cut_off(pub_thread: Any) -> bool:
    """Whether this is a forked process behind walls that leave it no way to the thread that sends: it would hang in
    its parent's socket. What it prints goes through the descriptor instead, which its parent reads."""
    return pub_thread._master_pid != os.getpid() and not pub_thread._pipe_flag


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
