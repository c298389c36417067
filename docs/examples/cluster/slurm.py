"""Workers from SLURM, by dask-jobqueue: python slurm.py --jobs 10 --cores 8 --memory 32GB

Run it on the login node, in tmux or the like. It starts a scheduler, submits JOBS jobs, submits new ones for those
whose time is over, prints the scheduler's address, and cancels all on Ctrl-C. Partition, account and whatever else
your cluster asks for come from the command line here or from jobqueue.yaml, as dask-jobqueue reads it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys

from grader.executors.settings import SETTINGS, need_dask

need_dask()

import dask  # noqa: E402  # asked to be quiet above
from dask_jobqueue import SLURMCluster  # noqa: E402
from distributed.security import Security  # noqa: E402

_LEAVE = 120  # seconds before a job's end in which its worker finishes what runs; a notebook of longer goes elsewhere


def main() -> int:
    asked = _asked()
    encrypted = Security().tls_scheduler_cert is not None
    if not encrypted and not asked.no_tls:
        print("Everybody who may log in here could reach the scheduler and run programs as you: make certificates with")
        print("tls.sh, set DASK_CONFIG as it says, and come back; --no-tls goes without, on a cluster that is yours.")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with dask.config.set(dict(SETTINGS)), _cluster(asked, "tls://" if encrypted else "tcp://") as cluster:
        cluster.adapt(minimum_jobs=asked.jobs, maximum_jobs=asked.jobs)
        print(f"grader grade ... --engine dask --scheduler {cluster.scheduler_address}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 130
    return 0


def _cluster(asked: argparse.Namespace, protocol: str) -> SLURMCluster:
    config = os.environ.get("DASK_CONFIG")
    return SLURMCluster(
        queue=asked.queue,
        account=asked.account,
        walltime=asked.walltime,
        cores=asked.cores,
        memory=asked.memory,
        processes=1,
        python=f"exec {sys.executable}",  # the job's shell becomes the worker, so that SLURM's signal reaches it
        worker_command="grader worker",
        worker_extra_args=["--patience", str(_LEAVE - 30)],
        death_timeout=900,  # seconds without a scheduler after which a job ends
        job_extra_directives=[f"--signal=B:TERM@{_LEAVE}"],
        job_script_prologue=[f"export DASK_CONFIG={config}"] if config else [],
        log_directory=asked.logs,
        interface=asked.interface,
        scheduler_options={"protocol": protocol, "port": asked.port, "dashboard_address": "127.0.0.1:8787"},
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1, help="at a time")
    parser.add_argument("--cores", type=int, default=4, help="of one job: so many notebooks at a time")
    parser.add_argument("--memory", default="16GB", help="of one job: the rubric's limits.memory_mb for each core")
    parser.add_argument("--walltime", default="04:00:00", help="of one job")
    parser.add_argument("--queue", help="SLURM's partition")
    parser.add_argument("--account")
    parser.add_argument("--interface", help="network between login node and nodes, such as ib0")
    parser.add_argument("--port", type=int, default=8786, help="of the scheduler")
    parser.add_argument("--logs", default="slurm-logs", help="folder for the jobs' output")
    parser.add_argument("--no-tls", action="store_true", help="without certificates")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
