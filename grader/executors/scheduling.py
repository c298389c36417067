"""The scheduler's process: who may reach it may run what they like on every machine of the cluster."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import warnings
from collections.abc import Callable

import dask
from distributed import Scheduler
from distributed.security import Security

from grader.errors import GraderError
from grader.executors.clients import innermost
from grader.executors.settings import SETTINGS

_TLS = "docs/cluster.md says how to get certificates"


def schedule(host: str, port: int, dashboard: str | None, say: Callable[[str], None]) -> int:
    """Serve until a signal. The exit code."""
    with dask.config.set(dict(SETTINGS)), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the dashboard is at another port than usual is said with its address
        return asyncio.run(_serve(host, port, dashboard, say))


def encrypted(role: str) -> bool:
    """Whether Dask's configuration has a certificate for the `role`: scheduler, worker or client."""
    config = Security().get_tls_config_for_role(role)
    return bool(config["ca_file"] and config["cert"])


def warning(host: str) -> str | None:
    """What has to be said of a scheduler there; nothing if nobody gets in from elsewhere without a certificate."""
    if encrypted("scheduler") or _is_loopback(host):
        return None
    return (
        f"whoever reaches {host} can run programs as you, on every machine of this cluster: let nobody else into that "
        f"network, or use TLS ({_TLS})"
    )


async def _serve(host: str, port: int, dashboard: str | None, say: Callable[[str], None]) -> int:
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends us as it ends any program
            asyncio.get_running_loop().add_signal_handler(number, signals.put_nowait, number)
    scheduler = Scheduler(
        host=host,
        port=port,
        protocol="tls" if encrypted("scheduler") else "tcp",
        security=Security(),
        dashboard=dashboard is not None,
        dashboard_address=dashboard or "127.0.0.1:0",
    )
    try:
        await scheduler
    except (OSError, RuntimeError) as error:  # Dask puts the one into the other
        raise GraderError(f"no scheduler can listen at {host}:{port}: {_reason(error)}") from None
    page = ""
    if dashboard:  # at another port than asked for, if that was taken
        page = f"; dashboard http://{dashboard.rpartition(':')[0]}:{scheduler.services['dashboard'].port}/status"
    say(f"scheduler at {scheduler.address}{page}")
    heard = await signals.get()
    await scheduler.close(reason="signal")
    return 130 if heard is signal.SIGINT else 0


def _reason(error: BaseException) -> str:
    error = innermost(error)
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
