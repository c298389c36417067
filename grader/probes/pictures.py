"""Figures where a font or a screen is missing: drawn with what there is, without a flood of warnings."""

import logging
import os
import re
import warnings
from os.path import exists

from .helps import after_import, note, on_failure

_NO_FAMILY = re.compile(r"findfont: (?:Font family|Generic family) \[?'?([^']+?)'?\]? not found")
_NO_GLYPH = r"Glyph \d+ .* missing from (?:font|current font)"


def install():
    logging.getLogger("matplotlib.font_manager").addFilter(_told_once)
    warnings.showwarning = _without_glyphs(warnings.showwarning)
    after_import("matplotlib.pyplot", _watch_backends)
    after_import("matplotlib.font_manager", _watch_font_files)


def _told_once(record):
    """A filter: a family that is not there goes into the ledger and not, for each letter, into the outputs."""
    found = _NO_FAMILY.match(record.getMessage())
    if found:
        note("font", found[1])
    return found is None


def _without_glyphs(show):
    """`warnings.showwarning` that does the same for letters that a font lacks."""

    def showwarning(message, category, *args, **kwargs):
        if re.match(_NO_GLYPH, str(message)):
            fonts = re.search(r"font\(s\) (.+?)\.?$", str(message))
            note("font", "한글 (Hangul)" if "HANGUL" in str(message) else fonts[1] if fonts else "?")
            return
        show(message, category, *args, **kwargs)

    return showwarning


def _watch_font_files(fonts):
    """Files of fonts that are not here: matplotlib's own font stands in for each."""
    import matplotlib

    own = os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")

    def left_out(error, args, kwargs):
        path = args[1] if len(args) > 1 else kwargs["path"]
        return _noted(path, lambda: None)

    def drawn_with_own(error, args, kwargs):
        first, *rest = args[0]
        path, *face = [first] if isinstance(first, str) else first
        instead = own if isinstance(first, str) else (own, *(0 for _ in face))
        return _noted(path, lambda: get((instead, *rest), *args[1:], **kwargs))

    def rebuilt():
        note("removed", "font_manager._rebuild", "fontManager")

    on_failure(fonts.FontManager, "addfont", (OSError, RuntimeError), left_out)
    get = on_failure(fonts, "_get_font", (OSError, RuntimeError), drawn_with_own)
    if not hasattr(fonts, "_rebuild"):
        fonts._rebuild = rebuilt


def _noted(path, then):
    """`then`, after a note, if there is no such file; one that is there and broken fails as it would."""
    if exists(path):
        return None
    note("font", os.path.basename(path))
    return then


def _watch_backends(pyplot):
    import matplotlib

    def mend(error, args, kwargs):
        asked = str(args[0] if args else kwargs.get("backend", kwargs.get("newbackend")))
        note("display", asked, "inline")
        return lambda: None

    on_failure(pyplot, "switch_backend", ImportError, mend)
    on_failure(matplotlib, "use", ImportError, mend)
