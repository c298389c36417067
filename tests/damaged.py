"""Files as students hand them in when something went wrong, each with what a reader has to make of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from build import code, document, markdown

ANSWER = "기울기 소실"
CELLS = (markdown("# P1.1"), code(["import torch\n", "x = 1"]), markdown(f"# P2\n{ANSWER}"))


@dataclass(frozen=True)
class Damaged:
    """A file and what is to be read in it.

    `cells`: how many, None for an unreadable file. `words`: what a warning says; none is given for an empty string.
    `answered`: the answer to P2 is read. `lost`: what is not passed is for a person.
    """

    name: str
    data: bytes
    cells: int | None = 3
    words: str = ""
    answered: bool = True
    lost: bool = False


def text_of(*cells: Any, **others: Any) -> str:
    return json.dumps(document(*(cells or CELLS), **others), ensure_ascii=False, indent=1)


def unreadable(name: str, data: bytes | str, words: str) -> Damaged:
    return Damaged(name, data if isinstance(data, bytes) else data.encode(), None, words, answered=False)


def readable(name: str, text: str, words: str = "", cells: int = 3) -> Damaged:
    return Damaged(name, text.encode(), cells, words)


# ---------------------------------------------------------------- encodings


def encodings() -> Iterator[Damaged]:
    text = text_of()
    yield Damaged("utf-8.ipynb", text.encode())
    yield Damaged("utf-8-mark.ipynb", text.encode("utf-8-sig"))
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield Damaged(f"{encoding}.ipynb", text.encode(encoding), words="UTF-" + encoding[4:6])
    yield Damaged("utf-16-be-mark.ipynb", ("\ufeff" + text).encode("utf-16-be"), words="UTF-16")
    yield Damaged("cp949.ipynb", text.encode("cp949"), words="CP949")
    yield Damaged("euc-kr.ipynb", text.encode("euc-kr"), words="CP949")
    yield Damaged("escaped.ipynb", json.dumps(document(*CELLS)).encode())
    yield Damaged("broken-character.ipynb", text.encode().replace("울".encode(), b"\xea", 1), 3, "broken char", False)
    yield Damaged("cut-in-utf-16.ipynb", text.encode("utf-16")[:-61], 2, "2 whole cells", False, True)
    yield Damaged("cp949.py", f"# %% [markdown]\n# # P2\n# {ANSWER}\n".encode("cp949"), 1, "CP949")
    yield Damaged("utf-16.py", f"# %% [markdown]\n# # P2\n# {ANSWER}\n".encode("utf-16"), 1, "UTF-16")
    yield readable("windows-line-ends.ipynb", text.replace("\n", "\r\n"))
    yield readable("raw-line-ends-in-strings.ipynb", text.replace("\\n", "\n"))


# ---------------------------------------------------------------- formats and names


def formats() -> Iterator[Damaged]:
    heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": "P2"}
    old = [{"cell_type": "code", "input": "x = 1", "outputs": []}, heading, markdown(ANSWER)]
    for version in (2, 3):
        sheets = [{"cells": old, "metadata": {}}]
        yield readable(f"nbformat-{version}.ipynb", json.dumps({"nbformat": version, "worksheets": sheets}))
    first = [{"cell_type": "text", "text": "# P2"}, {"cell_type": "text", "text": ANSWER}]
    yield readable("nbformat-1.ipynb", json.dumps({"nbformat": 1, "cells": first}), cells=2)
    yield readable("nbformat-4.0.ipynb", text_of(nbformat_minor=0))
    yield readable("nbformat-4.99.ipynb", text_of(nbformat_minor=99))
    yield readable("nbformat-missing.ipynb", json.dumps({"cells": CELLS}))
    yield readable("two-worksheets.ipynb", json.dumps({"worksheets": [{"cells": old[:1]}, {"cells": old[1:]}]}))
    yield readable("saved-as-text.ipynb.txt", text_of())
    yield readable("saved-as-json.IPYNB.json", text_of())
    yield readable("downloaded-twice.ipynb (1)", text_of())
    yield readable("a-script-really.ipynb", f"# %% [markdown]\n# # P2\n# {ANSWER}\n# %%\nx = 1\n", "is a script", 2)
    yield readable("a-notebook-really.py", text_of(), "is a notebook")
    yield readable("in-a-string.ipynb", json.dumps(text_of()), "one JSON string")
    yield readable("in-two-strings.ipynb", json.dumps(json.dumps(text_of())), "one JSON string")
    server = {"name": "hw1.ipynb", "type": "notebook", "format": "json", "content": document(*CELLS)}
    yield readable("answer-of-the-server.ipynb", json.dumps(server), "answer of Jupyter's server")
    yield readable("bare-list.ipynb", json.dumps(CELLS), "bare list of cells")


# ---------------------------------------------------------------- odd cells


def odd_cells() -> Iterator[Damaged]:
    def among(name: str, *odd: Any, **kw: Any) -> Damaged:
        return replace(readable(name, json.dumps(document(*CELLS, *odd)), cells=3 + len(odd)), **kw)

    no_text = {"words": "holds no text in cell", "lost": True}

    twins = [cell | {"id": "same"} for cell in CELLS]
    yield readable("same-ids.ipynb", text_of(*twins))
    yield among("odd-ids.ipynb", *(code("x") | {"id": odd} for odd in (None, 3, "", "a b/ü", "x" * 9_000, [1], {})))
    yield among(
        "odd-sources.ipynb", *(code(odd) for odd in (None, 7, 1.5, True, [], {}, [None, ["x"]], [[[]]])), **no_text
    )
    yield among("odd-types.ipynb", *(code("x") | {"cell_type": odd} for odd in (None, "sql", 3, ["code"], {"a": 1})))
    yield among("no-cells-at-all.ipynb", None, 3, "x = 1", [], [code("x")], {}, True, **no_text)
    yield among("odd-metadata.ipynb", *(code("x") | {"metadata": odd} for odd in (None, [], "x", {"tags": {"a": 1}})))
    yield among("odd-outputs.ipynb", *(code("x") | {"outputs": odd} for odd in (None, 3, [None], {"a": 1}, ["x"])))
    picture = {"a.png": {"image/png": "aGk="}, "b": None, "c": {"d": 3}}
    yield among("attachments.ipynb", markdown("![](attachment:a.png)") | {"attachments": picture})
    deep = json.loads('{"a":' * 400 + "1" + "}" * 400)
    yield among(
        "deep-cell.ipynb", *({**code("x"), key: deep} for key in ("source", "cell_type", "id", "metadata")), **no_text
    )
    yield among("halves-of-characters.ipynb", code("\ud83d"), code(["\ud83d", "\ude00"]), markdown("\udc00", "\ud800"))
    yield among("null-characters.ipynb", code("a\0b"), markdown("\0"))
    yield readable(
        "not-a-number.ipynb", text_of(metadata={"a": float("nan"), "b": float("-inf")}, nbformat=float("inf"))
    )
    yield readable("5000-digits.ipynb", text_of(nbformat_minor=0).replace(": 0", ": " + "7" * 5_000))
    yield readable("huge-exponent.ipynb", text_of(nbformat_minor=0).replace(": 0", ": 1e99999"))
    yield readable("same-keys.ipynb", '{"cells": 3, ' + text_of()[1:])
    yield Damaged("empty-notebook.ipynb", json.dumps(document()).encode(), 0, answered=False)
    yield among("a-line-of-a-megabyte.ipynb", code("x = '" + "a" * 900_000 + "'"), markdown("a" * 900_000))
    yield Damaged("data-in-a-cell.ipynb", text_of(*CELLS, code("#" * 2_000_001)).encode(), 4, "out: cell 4", lost=True)


# ---------------------------------------------------------------- damage


def truncated() -> Iterator[Damaged]:
    text = text_of(*CELLS, code("y = 2"))
    last = text.index('"y = 2"')
    yield Damaged("cut-in-the-last-cell.ipynb", text[:last].encode(), 3, "3 whole cells were read, the rest", lost=True)
    yield Damaged("cut-after-a-cell.ipynb", text[: text.index("{", last - 90)].encode(), 3, "the rest", lost=True)
    yield readable("cut-after-the-cells.ipynb", text[: text.rindex("]") + 1], "in none of its cells (4)", 4)
    inside = text.encode().index("소실".encode()) + 1
    yield Damaged("cut-in-a-character.ipynb", text.encode()[:inside], 2, "2 whole cells", False, True)
    yield unreadable("cut-in-the-first-cell.ipynb", text[:60], "not a whole notebook file")
    yield unreadable("cut-before-the-cells.ipynb", text[:15], "not a whole notebook file")
    old = json.dumps({"nbformat": 3, "worksheets": [{"cells": [markdown(f"# P2\n{ANSWER}"), code("x")]}]})
    yield Damaged("cut-nbformat-3.ipynb", old[:-40].encode(), 1, "1 whole cell was", lost=True)
    yield Damaged("hole.ipynb", text.replace('"import torch', "\0" * 12).encode(), 3, "1 could not be", lost=True)
    yield Damaged("quote-lost.ipynb", text.replace('"import', "import").encode(), 3, "1 could not be", lost=True)
    yield readable("comma-too-many.ipynb", text_of().replace("\n ]\n", "\n ,]\n"), "in none of its cells (3)")
    yield readable("comma-missing.ipynb", text_of().replace("  },", "  }"), "in none of its cells (3)")
    yield readable("garbage-behind.ipynb", text_of() + "\n</body></html>", "14 characters around")
    yield readable("garbage-before.ipynb", "HTTP/1.1 200 OK\n\n" + text_of(), "15 characters around")
    yield readable("nulls-behind.ipynb", text_of() + "\0" * 4_096, "4,096 null bytes")
    yield Damaged("two-in-one.ipynb", (text_of() * 2).encode(), 3, "second notebook", lost=True)


def conflicted() -> Iterator[Damaged]:
    def conflict(above: str, below: str, ancestor: str = "") -> str:
        middle = f"||||||| 1a2b3c\n{ancestor}\n" if ancestor else ""
        return f"\n<<<<<<< HEAD\n{above}\n{middle}=======\n{below}\n>>>>>>> origin/main\n"

    text = text_of()
    short, long = '    "x = 1"', '    "x = 1  # more"'
    for name, above, below, side in (("above", long, short, "HEAD"), ("below", short, long, "origin/main")):
        yield readable(f"conflict-{name}.ipynb", text.replace(short, conflict(above, below)), f"side `{side}` was read")
    yield readable("conflict-equal.ipynb", text.replace(short, conflict(short, short)), "side `HEAD` was read")
    yield readable("conflict-ancestor.ipynb", text.replace(short, conflict(short, long, "old")), "side `origin/main`")
    yield readable("conflict-one-sided.ipynb", text.replace(short, conflict(short, '  "x', "")), "side `HEAD` was read")
    whole = conflict(text, text_of(code("x"))).lstrip("\n")
    yield readable("conflict-of-all.ipynb", whole, "side `HEAD` was read")
    yield Damaged("conflict-cut.ipynb", whole[: whole.index(ANSWER)].encode(), 2, "`HEAD`", False, True)
    yield unreadable("conflict-of-nothing.ipynb", conflict("a", "b"), "on neither side")
    script = f"# %% [markdown]\n# # P2\n# {ANSWER}\n# %%" + conflict("x = 1\ny = 2", "x = 2")
    yield readable("conflict.py", script, "side `HEAD` was read", 2)


# ---------------------------------------------------------------- no notebooks


def disguised() -> Iterator[Damaged]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("hw1.ipynb", text_of())
    yield unreadable("zip.ipynb", archive.getvalue(), "ZIP archive")
    yield unreadable("pdf.ipynb", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "is a PDF")
    yield unreadable("picture.ipynb", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a picture")
    yield unreadable("gzip.ipynb", b"\x1f\x8b\x08\0\0", "gzip archive")
    yield unreadable("document.ipynb", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "Word or HWP document")
    yield unreadable("rtf.ipynb", b'{\\rtf1\\ansi {"cells": []}}', "RTF document")
    yield unreadable("git-lfs.ipynb", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "Git LFS")
    page = "<!DOCTYPE html>\n<html><head><title>{}</title></head><body>{}</body></html>"
    yield unreadable("login.ipynb", page.format("Sign in", "<input type=password>"), "login page")
    yield unreadable("로그인.ipynb", page.format("학습관리시스템", "<form>로그인</form>"), "login page")
    github = '<meta property="og:site_name" content="GitHub"> Sign in'
    yield unreadable("github.ipynb", page.format("hw1.ipynb", github), "Download raw file")
    yield unreadable("exported.ipynb", page.format("hw1", '<div class="jp-Notebook">'), "exported to HTML")
    yield unreadable("colab.ipynb", page.format("hw1.ipynb - Colab", text_of()), "the web page that showed")
    yield unreadable("page.ipynb", page.format("", "404"), "a web page (HTML)")
    yield unreadable("link.ipynb", "https://colab.research.google.com/drive/1x?usp=sharing\n", "only a link")
    yield unreadable("shortcut.ipynb", "[InternetShortcut]\r\nURL=https://a.org/x.ipynb\r\n", "only a link")
    yield unreadable("empty.ipynb", b"", "empty file")
    yield unreadable("blank.ipynb", "\ufeff \n\t\r\n", "empty file")
    yield unreadable("nulls.ipynb", bytes(5_000), "empty file")
    yield unreadable("empty.py", b"", "empty file")
    yield unreadable("noise.ipynb", bytes(range(128, 256)) * 40, "not UTF-8")
    yield unreadable("words.ipynb", "다음에 내겠습니다", "not a whole notebook file")
    yield unreadable("dictionary-of-cells.ipynb", json.dumps({"cells": {"0": code("x")}}), "no list of cells")
    yield unreadable("other-json.ipynb", '{"type": "FeatureCollection"}', "no list of cells")
    for name, text in {
        **{"null": "null", "nothing": "{}", "null-cells": '{"cells": null}', "odd-sheets": '{"worksheets": {}}'},
        **{"string": '"cells"', "list": "[]", "list-of-others": '[{"a": 1}]'},
    }.items():
        yield unreadable(f"{name}.ipynb", text, "no list of cells")
    yield unreadable("too-many-cells.ipynb", text_of(*CELLS * 667), "has 2001 cells")
    yield unreadable("number.ipynb", "7" * 5_000, "no list of cells")
    yield unreadable("bad-mark.py", "# %% " + '{"a":' * 9_000, "not a percent-format script")


def languages() -> Iterator[Damaged]:
    def written_in(name: str, words: str, **metadata: Any) -> Damaged:
        theirs = (CELLS[0], code(["library(torch)\n", "x <- 1"]), CELLS[2])
        return Damaged(
            name, text_of(*(theirs if words else CELLS), metadata=metadata).encode(), 3, words, lost=bool(words)
        )

    yield written_in(
        "r.ipynb", "is written in R", kernelspec={"name": "ir", "language": "R"}, language_info={"name": "R"}
    )
    yield written_in("r-by-kernel.ipynb", "is written in R", kernelspec={"name": "ir", "display_name": "R"})
    yield written_in("julia.ipynb", "is written in julia", kernelspec={"name": "julia-1.9", "language": "julia"})
    yield written_in("scala.ipynb", "is written in scala", language_info={"name": "scala"})
    spec = {"name": "conda-env-torch-py", "display_name": "torch", "language": "python"}
    yield written_in("python.ipynb", "", kernelspec=spec, language_info={"name": "python"})
    yield written_in("python-by-kernel.ipynb", "", kernelspec={"name": "torch", "display_name": "Python 3 (torch)"})
    yield written_in(
        "r-in-conda.ipynb", "in R", kernelspec={"name": "ir", "display_name": "R (python)", "language": "R"}
    )
    yield written_in("unknown.ipynb", "", kernelspec={"name": 3, "language": None}, language_info=["R"])
    colabs_order = {"metadata": {"kernelspec": {"name": "ir", "language": "R"}}, "cells": list(CELLS)}
    cut = json.dumps(colabs_order, ensure_ascii=False)[:-3].encode()
    yield Damaged("said-to-be-r.ipynb", text_of(metadata={"kernelspec": {"language": "R"}}).encode(), 3, "run as such")
    yield Damaged("r-cut.ipynb", cut, 2, "is written in R", False, True)


# ---------------------------------------------------------------- what costs a careless reader minutes or gigabytes


def costly(size: int) -> Iterator[Damaged]:
    """Files of about `size` bytes, a few millions."""

    def of(name: str, repeated: str, start: str = "") -> Damaged:
        return unreadable(name, start + repeated * (size // len(repeated)), "")

    yield of("brackets.ipynb", "[")
    yield of("nested.ipynb", '{"cells": ')
    yield of("numbers.ipynb", "1,", start='{"cells": [')
    yield of("many-cells.ipynb", "{},", start='{"cells": [')
    yield of("lists.ipynb", '"cells": [],', start="{")
    yield of("spaces.ipynb", " ", start='{"cells": [')
    yield of("quotes.ipynb", '\\"', start='{"cells": ["')
    yield of("half-cells.ipynb", '{"cell_type": "', start='{"cells": [')
    yield of("half-ids.ipynb", '{"id":', start='{"cells": [{"id": 1"')
    yield of("lists-of-cells.ipynb", '"cells": [', start="{")
    yield of("line-ends.ipynb", "\n", start="<<<<<<< HEAD\n{")
    yield of("conflicts.ipynb", "\n<<<<<<< a\n=======\n>>>>>>> b")
    yield of("links-to-github.ipynb", "//github.com/", start="<html>")
    yield of("comments-in-html.ipynb", "<!--")
    yield of("marks.py", "# %%\n")
    yield unreadable("octets.ipynb", b"\xe0\x80" * (size // 2), "")
    yield unreadable("no-octets.ipynb", bytes(128 + i * i % 127 for i in range(5_000)) * (size // 5_000), "")
    yield unreadable("inner-values.ipynb", json.dumps('{"cells": [' + "[]," * (size // 4)), "")
    picture = {"output_type": "display_data", "data": {"image/png": "A" * size}}
    printed = {"output_type": "stream", "text": ", ".join(["[0.1]"] * (size // 8))}
    for name, output in (("picture.ipynb", picture), ("printed-numbers.ipynb", printed)):
        yield Damaged(name, text_of(*CELLS, code("x") | {"outputs": [output]}).encode(), 4)
    pasted = markdown("![](data:image/png;base64," + "A" * size + ")")
    yield Damaged("picture-in-the-text.ipynb", text_of(*CELLS, pasted).encode(), 4)
    tall = text_of(*CELLS, markdown("\v" * 100_001))
    yield Damaged("tall.ipynb", tall.encode(), 4, "left out: cell 4", lost=True)


def costly_scripts(size: int) -> Iterator[Damaged]:
    """Scripts of about `size` bytes that must end soon, as one cell or as none."""
    yield Damaged("spaces.py", b"# %%" + b" " * size, 1, answered=False)
    parts = {
        **{"quotes": ("", '"""\n'), "open-quote": ('"""\n', "a\n"), "brackets": ("", "("), "names": ("", "a ")},
        **{"comments": ("", "# a\n"), "prompts": ("# In[1]:\n", "\n\n \n")},
    }
    for name, (start, repeated) in parts.items():
        yield unreadable(f"{name}.py", start + repeated * (size // len(repeated)), "")


def corpus() -> list[Damaged]:
    """Every small one, each under a name of its own."""
    families = (encodings, formats, odd_cells, truncated, conflicted, disguised, languages)
    return [damaged for family in families for damaged in family()]
