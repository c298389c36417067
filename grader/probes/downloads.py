"""Downloads by a shell command: what is asked for, and where it would be put."""

import re

from .elsewhere import fetch
from .tables import base, is_address

PROGRAMS = {"wget", "curl", "gdown", "kaggle", "aria2c", "gsutil"}
# what the value of an option is: a `file` or a `folder` to write, what is `asked` for, or nothing of interest
_LETTERS = {
    "wget": {"O": "file", "P": "folder", **dict.fromkeys("oaieBtTwQUl", "")},
    "curl": {"o": "file", **dict.fromkeys("AbcdeFHKmTuUXxyYzEw", "")},
    "gdown": {"O": "file"},
    "aria2c": {"o": "file", "d": "folder", **dict.fromkeys("sxjki", "")},
    "kaggle": {"p": "folder", "d": "asked", "c": "asked", "f": ""},
    "gsutil": {},
}
_WORDS = {
    **dict.fromkeys(("output", "output-document", "out"), "file"),
    **dict.fromkeys(("output-dir", "directory-prefix", "dir", "path"), "folder"),
    **dict.fromkeys(("id", "dataset", "competition"), "asked"),
}


def fetched(program, words, told):
    """The course's data are put where the command would have put them; anything else is only noted."""
    values, others = _read(_LETTERS[program], _without_redirection(words))
    asked = [word for word in others if is_address(word)] or values["asked"] or others[-1:] or [""]
    if program == "gsutil" and len(others) > 2:
        values["file"], asked = others[-1:], others[1:2]
    if program == "kaggle":
        asked = [f"{base(asked[0])}.zip"]
    file = next((name for name in values["file"] if name != "-"), None) or _redirected(words)
    folder = next(iter(values["folder"]), None)
    for one in asked:
        fetch(told, one, file, folder)
    return True


def _read(letters, words):
    """Values of the options by what they are, and the words that are neither an option nor a value."""
    values, others = {"file": [], "folder": [], "asked": [], "": []}, []
    waiting = None
    for word in words:
        if waiting is not None:
            values[waiting].append(word)
            waiting = None
        elif word.startswith("--"):
            name, given, value = word[2:].partition("=")
            kind = _WORDS.get(name)
            if kind is not None and given:
                values[kind].append(value)
            elif kind is not None:
                waiting = kind
        elif word.startswith("-") and word != "-":
            waiting = _of_letters(letters, word[1:], values)
        else:
            others.append(word)
    return values, others


def _of_letters(letters, word, values):
    """`-qO name`, `-Oname`, `-q`: keeps a value that stands in the word; returns the kind of one that follows it."""
    for place, letter in enumerate(word):
        if letter in letters:
            value = word[place + 1 :]
            if not value:
                return letters[letter]
            values[letters[letter]].append(value.removeprefix("="))
            break
    return None


def _without_redirection(words):
    kept, skipped = [], False
    for word in words:
        sign = re.match(r"\d?>>?|&>", word)
        if not skipped and not sign:
            kept.append(word)
        skipped = bool(sign) and sign.end() == len(word)
    return kept


def _redirected(words):
    """The file that the output is sent to: `> name`, `>name`."""
    for place, word in enumerate(words):
        if found := re.fullmatch(r"1?>>?(.*)", word):
            return found[1] or next(iter(words[place + 1 :]), None)
    return None
