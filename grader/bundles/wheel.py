"""The grader that runs now as a wheel, so that another machine can install just this one."""

from __future__ import annotations

import base64
import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import grader
from grader import __version__
from grader.errors import GraderError
from grader.files import zipped

NAME = f"grader-{__version__}-py3-none-any.whl"

_INFO = f"grader-{__version__}.dist-info"
_NOT_INSTALLED = "this grader is not installed: `pip install .` in its folder, and then again"
_WHEEL = b"Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> bytes:
    """The package's own files, none of a rubric's or a student's. Raises GraderError where it is not installed."""
    package = Path(grader.__file__).parent
    files = {
        f"grader/{file.relative_to(package).as_posix()}": file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and file.suffix != ".pyc" and "__pycache__" not in file.parts
    }
    files |= {f"{_INFO}/{name}": text.encode() for name, text in _told().items()}
    files[f"{_INFO}/WHEEL"] = _WHEEL
    listed = [f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items()]
    return zipped({**files, f"{_INFO}/RECORD": "".join([*listed, f"{_INFO}/RECORD,,\n"]).encode()})


def _told() -> dict[str, str]:
    """What the package says of itself: an installed one in METADATA, one that is run from its source in PKG-INFO."""
    try:
        installed = distribution("grader")
    except PackageNotFoundError:
        raise GraderError(_NOT_INSTALLED) from None
    told = installed.read_text("METADATA") or installed.read_text("PKG-INFO")
    entry_points = installed.read_text("entry_points.txt")
    if not told or not entry_points:
        raise GraderError(_NOT_INSTALLED)
    return {"METADATA": told, "entry_points.txt": entry_points}


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
