"""Machines that grade together: one has the scheduler, the others work."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli.classes import Walls

_ADDRESS = "Of the scheduler, such as tcp://10.0.0.5:8786, or tls:// with certificates."
_DASHBOARD = "Where Dask's dashboard is; none: nowhere. Everybody who reaches it can read it."
_PORTS = "A port or a range such as 40000:40100, if a firewall lets only these through. [default: any]"
_WALLS = "Refuse to work if these cannot be built here. [default: the best that `grader doctor` finds]"


def worker(
    address: Annotated[str, typer.Argument(envvar="DASK_SCHEDULER_ADDRESS", metavar="address", help=_ADDRESS)],
    cores: Annotated[
        int | None,
        typer.Option(
            "--cores", "--nthreads", min=1, help="Notebooks at a time. [default: the cores that may be used here]"
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Among the workers. [default: its address]")] = None,
    walls: Annotated[Walls | None, typer.Option(help=_WALLS)] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen at. [default: the one that the scheduler sees]")
    ] = None,
    interface: Annotated[
        str | None, typer.Option(help="Network to listen in, such as ib0, in place of --host.")
    ] = None,
    ports: Annotated[str | None, typer.Option(metavar="<ports>", help=_PORTS)] = None,
    local_directory: Annotated[
        str | None, typer.Option(metavar="<path>", help="For the worker's own files. [default: the temporary folder]")
    ] = None,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that notebooks may still take after SIGTERM; then others get them.")
    ] = 60,
    give_up: Annotated[
        float | None,
        typer.Option("--give-up", "--death-timeout", min=0, help="Seconds to wait for a scheduler. [default: ever]"),
    ] = None,
    memory_limit: Annotated[str | None, typer.Option(hidden=True, help="dask-jobqueue gives it; not used.")] = None,
) -> None:
    """Run notebooks for a scheduler; comes back to it when it was lost. SIGTERM: finish what runs, then leave.

    Exit code 0: left in order; 1: notebooks were left to others, or no scheduler came; 2: bad input, in one sentence;
    3: notebooks cannot be run here; 130: interrupted.
    """
    from grader.executors.settings import need_dask

    need_dask()
    from grader.executors.commands import serve_worker
    from grader.executors.machine import Wish

    wish = Wish(address, cores or 0, name, host, interface, ports, local_directory, patience, give_up)
    raise typer.Exit(serve_worker(wish, None if walls is None else walls.value))


def scheduler(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any that is free.")] = 8786,
    dashboard: Annotated[str, typer.Option(metavar="<address>", help=_DASHBOARD)] = "127.0.0.1:8787",
) -> None:
    """Give work to workers: `grader worker` elsewhere, `grader grade --scheduler` here. Its address is printed.

    Whoever reaches the scheduler can run programs as you: keep it on a network of your own, or use TLS. With
    certificates in Dask's configuration it listens at tls:// only.

    Exit code 0: ended by SIGTERM; 2: bad input, in one sentence; 130: interrupted.
    """
    from grader.executors.settings import need_dask

    need_dask()
    from grader.executors.commands import serve_scheduler

    raise typer.Exit(serve_scheduler(host, port, None if dashboard == "none" else dashboard))
