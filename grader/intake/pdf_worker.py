"""Runs in a process of its own: the text and the scanned pictures of a PDF, as JSON on standard output.

Called with a path and limits as JSON. It imports nothing of ours, so that it can run isolated (`python -I`).
"""

import base64
import json
import sys
from typing import Any


def _limit(seconds: int, megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the caller's time limit has to do
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _jpegs(page: Any, most_bytes: int) -> list[bytes]:
    """JPEGs that the page shows, as they lie in the file: nothing is decoded."""
    found: list[bytes] = []
    try:
        objects = page["/Resources"]["/XObject"].get_object()
        for name in list(objects)[:4]:
            picture = objects[name].get_object()
            filters = picture.get("/Filter")
            last = filters[-1] if isinstance(filters, list) and filters else filters
            if picture.get("/Subtype") == "/Image":
                data = picture.get_data() if last == "/DCTDecode" else b""
                found.append(data if data.startswith(b"\xff\xd8\xff") and len(data) <= most_bytes else b"")
    except Exception:  # noqa: BLE001  # a page without pictures, or a damaged one, has no pictures
        return found
    return found


def read(path: str, limits: dict[str, int]) -> dict[str, object]:
    import pypdf

    _limit(limits["seconds"], limits["megabytes"])
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return {"fault": "encrypted"}
    pages, pictured, pictures, room = [], [], [], limits["characters"]
    for number, page in enumerate(reader.pages, start=1):
        if number > limits["pages"]:
            break
        try:
            text = page.extract_text() or ""
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001  # one damaged page must not cost the others
            text = ""
        pages.append(text[: max(0, room)])
        room -= len(text)
        found = _jpegs(page, limits["picture_bytes"])
        if found:
            pictured.append(number)
        if sum(map(str.isalnum, text)) < 20:
            pictures += [base64.b64encode(data).decode() for data in found if data]
    return {"pages": pages, "pictured": pictured, "pictures": pictures[:4], "count": len(reader.pages)}


if __name__ == "__main__":
    try:
        told = read(sys.argv[1], json.loads(sys.argv[2]))
    except BaseException as error:  # noqa: BLE001  # whatever a file made to break a reader does: it is told
        told = {"fault": f"{type(error).__name__}: {error}"[:200]}
    sys.stdout.write(json.dumps(told))
