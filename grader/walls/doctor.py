"""Which walls this system offers, found by building them around a throw-away process, and how to get better ones."""

from __future__ import annotations

import getpass
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.errors import RunnerError
from grader.walls.plan import TIERS, Plan, Tier, readable

_TRIAL_SECONDS = 60
_SECRET = "not for kernels"
_TRIAL_QUOTA = 8 << 20  # bytes; small, so that filling it takes no time
_FIRST_UID, _UIDS = 61_184, 4_000  # the range that systemd hands to services that have no user of their own
_USERNS_SWITCH = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


@dataclass(frozen=True)
class Offer:
    """One tier on this system."""

    tier: Tier
    works: bool
    own_user: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """What `grader doctor` prints."""

    offers: tuple[Offer, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    advice: tuple[str, ...] = ()

    @property
    def tier(self) -> Tier:
        return next(offer.tier for offer in self.offers if offer.works)

    def offer(self, tier: Tier) -> Offer:
        return next(offer for offer in self.offers if offer.tier == tier)

    def plain(self) -> dict[str, Any]:
        tiers = {offer.tier: offer.works for offer in self.offers}
        reasons = {offer.tier: list(offer.reasons) for offer in self.offers if offer.reasons}
        own_user = {offer.tier: offer.own_user for offer in self.offers}
        return {
            "tier": self.tier,
            "tiers": tiers,
            "reasons": reasons,
            "own_user": own_user,
            **self.facts,
            "advice": list(self.advice),
        }


@lru_cache(maxsize=1)
def examine() -> Diagnosis:
    """Try every tier; takes a few tenths of a second each."""
    offers = tuple(offer(tier) for tier in TIERS)
    return Diagnosis(offers, _facts(), tuple(_advice(offers)))


def best(wanted: Tier | None, *, secrets: bool, had: Tier | None = None) -> Tier:
    """The walls to build. Raises RunnerError where there are none, they were not asked for, and there are secrets.

    `had`: the best that can be had where the notebooks run; None: they run here.
    """
    tier = wanted or had or examine().tier
    if wanted is None and tier == "none" and secrets:
        raise RunnerError(
            "no walls can be built on this system, so a notebook could read the held-out rows and other hand-ins: "
            "`grader doctor` says what is missing, `--walls none` runs the notebooks all the same"
        )
    return tier


@lru_cache(maxsize=len(TIERS))
def offer(tier: Tier) -> Offer:
    """One tier, tried for real; as root with a user of its own for each kernel, and if that fails without."""
    if tier == "none":
        return Offer("none", True)
    if sys.platform != "linux":
        return Offer(tier, False, reasons=(f"these walls are made of Linux; this is {platform.system()}",))
    missing = _missing()
    if missing:
        return Offer(tier, False, reasons=missing)
    first: tuple[str, ...] = ()
    for uid in (_FIRST_UID, None) if os.getuid() == 0 else (None,):
        broken = _try(tier, uid)
        if not broken:
            return Offer(tier, True, own_user=uid is not None, reasons=first)
        first = first or broken
    return Offer(tier, False, reasons=first)


def unused_uid() -> int:
    """A user number for one kernel that no process has at the moment."""
    import psutil

    taken = {process.info["uids"].real for process in psutil.process_iter(["uids"]) if process.info["uids"]}
    start = int.from_bytes(os.urandom(2)) % _UIDS
    return next(uid for i in range(_UIDS) if (uid := _FIRST_UID + (start + i) % _UIDS) not in taken)


def _missing() -> tuple[str, ...]:
    from grader.walls import landlock, syscalls

    missing = []
    if not syscalls.available():
        missing.append("libseccomp.so.2 is not installed")
    if not landlock.version():
        missing.append(f"Linux {platform.release()} has no Landlock")
    return tuple(missing)


def _try(tier: Tier, uid: int | None) -> tuple[str, ...]:
    """What does not hold in this tier; empty if all does."""
    with (
        tempfile.TemporaryDirectory(prefix="grader-trial-") as name,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        root = Path(name, "job")
        for folder in ("work", "home", "ipc"):
            (root / folder).mkdir(parents=True)
        os.chmod(name, 0o755)
        outside = Path(name, "outside")
        outside.write_text(_SECRET)
        outside.chmod(0o666)
        plan = Plan(tier=tier, root=str(root), readable=readable(), uid=uid, disk_bytes=_TRIAL_QUOTA)
        request: dict[str, Any] = {"plan": plan.plain(), "outside": str(outside), "beside": f"{outside}-too"}
        request["port"] = listener.getsockname()[1]
        Path(request["beside"]).touch()
        command = [sys.executable, "-P", "-m", "grader.walls.trial", json.dumps(request)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=False)
            broken = [str(told) for told in json.loads(done.stdout)["broken"]]
            return (*broken, *(("files outside can be written",) if outside.read_text() != _SECRET else ()))
        except subprocess.TimeoutExpired:
            return (f"the dry run took more than {_TRIAL_SECONDS} s",)
        except OSError as error:
            return (f"Python cannot be started: {error}",)
        except (ValueError, KeyError):
            return (done.stderr.strip()[-500:] or f"the dry run ended with exit code {done.returncode}",)


def _facts() -> dict[str, Any]:
    from grader.kernels.warm import available

    linux = sys.platform == "linux"
    if linux:
        from grader.walls import landlock, syscalls
    return {
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "user": _user(),
        "python": sys.executable,
        "landlock": landlock.version() if linux else 0,
        "libseccomp": syscalls.available() if linux else False,
        "warm_kernels": available(),
        "cores": len(os.sched_getaffinity(0)) if linux else os.cpu_count() or 1,
        "temporary_folder_free_mb": shutil.disk_usage(tempfile.gettempdir()).free // 1_000_000,
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _advice(offers: tuple[Offer, ...]) -> list[str]:
    full, reduced, _ = offers
    if sys.platform != "linux":
        return ["Run the grader on Linux, in a virtual machine or in a container, to grade what you do not trust."]
    advice = []
    if "libseccomp.so.2 is not installed" in reduced.reasons:
        advice.append("Install libseccomp: apt-get install libseccomp2, or dnf install libseccomp.")
    if any("Landlock" in reason for reason in reduced.reasons):
        advice.append("Landlock needs Linux 5.13 or newer and `landlock` among the kernel's security modules (lsm=).")
    if reduced.works and not full.works:
        advice.append(_advice_on_namespaces())
    if os.getuid() == 0 and (full.works or reduced.works) and not (reduced.own_user and full.own_user):
        where = " and ".join(offer.tier for offer in (full, reduced) if offer.works and not offer.own_user)
        advice.append(
            f"Python cannot be used by other users ({_closed_folder()}), so that behind {where} walls kernels stay "
            "root, though without its privileges. Install Python and the grader where every user may read them."
        )
    return advice


def _closed_folder() -> str:
    """The outermost folder on the way to Python that other users may not pass."""
    for prefix in (sys.prefix, sys.base_prefix):
        for folder in reversed([Path(prefix).resolve(), *Path(prefix).resolve().parents]):
            if not folder.stat().st_mode & 0o001:
                return f"{folder} is closed"
    return sys.prefix


def _advice_on_namespaces() -> str:
    if os.getuid() == 0:
        return (
            "This looks like a container. Full walls need it to run with `--cap-add SYS_ADMIN --cap-add NET_ADMIN` or"
            " `--privileged`."
        )
    if _USERNS_SWITCH.exists() and _USERNS_SWITCH.read_text().strip() == "1":
        return "Full walls need user namespaces: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    return (
        "Full walls need user namespaces: sudo sysctl user.max_user_namespaces=10000 (Debian: and "
        "kernel.unprivileged_userns_clone=1), or run as root."
    )
