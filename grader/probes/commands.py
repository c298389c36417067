"""One simple shell command: whether it can do anything here, and what is done in its place."""

import importlib.metadata
import os
import re
import shlex
import shutil
import zipfile

from .elsewhere import fetch
from .files import replacement
from .helps import WORK, note
from .tables import base, is_address, local

_INSTALLERS = {"apt", "apt-get", "aptitude", "dpkg", "yum", "dnf", "brew", "apk", "conda", "mamba", "micromamba", "npm"}
_PIP = {"install", "uninstall", "download", "wheel"}
_FETCHERS = {"wget", "curl", "gdown", "kaggle", "aria2c", "gsutil"}
_OTHER = {"nvidia-smi", "nvcc", "fc-cache", "gcloud", "systemctl", "service"}
_NAMED_BY = {"-O", "-o", "--output", "--output-document", "--out", "-p", "-P", "--path", "--directory-prefix"}


def handled(text):
    """Whether the command was left out, or done otherwise, with a note. `text`: no `;`, `&&` or `||` in it."""
    segments = [_words(segment) for segment in re.split(r"(?<!\|)\|(?!\|)", text)]
    return any([words and _handled(words, text.strip()) for words in segments])


def _words(text):
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        return []
    while words and (words[0] in ("sudo", "yes", "-y", "-E", "time", "!") or re.fullmatch(r"\w+=\S*", words[0])):
        words.pop(0)
    return words


def _handled(words, told):
    program, rest = os.path.basename(words[0]), words[1:]
    if re.fullmatch(r"python[\d.]*", program) and rest[:1] == ["-m"] and len(rest) > 1:
        program, rest = rest[1], rest[2:]
    if program == "uv" or re.fullmatch(r"pip[\d.]*", program):
        verbs = [word for word in rest if not word.startswith("-")]
        return bool(_PIP & set(verbs[:2])) and _installed(" ".join(["pip", *rest]), verbs)
    if program in _FETCHERS:
        return _fetched(program, rest, told)
    if program in ("cp", "mv"):
        return _copied([word for word in rest if not word.startswith("-")])
    if program == "unzip" and shutil.which("unzip") is None:
        return _unzipped(rest, told)
    return _left_out(program, rest, told)


def _left_out(program, words, told):
    """A command that can only fail here."""
    if program in _INSTALLERS:
        note("font" if any("fonts-" in word for word in words) else "install", told)
        return True
    over_network = program == "git" and words[:1] and words[0] in ("clone", "pull", "fetch", "lfs")
    if over_network or (program in _OTHER and shutil.which(program) is None):
        note("command", told)
        return True
    return False


def _copied(words):
    """A file that is not where the command has it, such as one on a mounted drive."""
    if len(words) != 2 or os.path.exists(words[0]) or (found := replacement(words[0])) is None:
        return False
    target = os.path.join(words[1], base(words[0])) if os.path.isdir(words[1]) else words[1]
    shutil.copyfile(found, target)
    return True


def _installed(told, words):
    """Note an installation, and of each package whether it is here anyway."""
    here = []
    for word in words[words.index("install") + 1 :] if "install" in words else ():
        name = re.split(r"[=<>!~\[; ]", word)[0]
        try:
            here.append(f"{name} {importlib.metadata.version(name)}")
        except (importlib.metadata.PackageNotFoundError, ValueError):
            here.append(f"{name} ✗")
    note("install", told, ", ".join(here[:8]))
    return True


def _fetched(program, words, told):
    """A download: the course's data are put where it would have put them; anything else is only noted."""
    named = next((words[place + 1] for place, word in enumerate(words[:-1]) if word in _NAMED_BY), None)
    named = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == ">"), named)
    named = next((word.partition("=")[2] for word in words if word.startswith("--output")), None) or named
    if program == "curl" and "-O" in words:
        named = None  # under its own name
    others = [word for word in words if not word.startswith("-") and word not in (named, ">")]
    asked = next((word for word in others if is_address(word)), others[-1] if others else "")
    if program == "kaggle":
        asked = f"{base(asked)}.zip"
    if named and named.endswith("/"):
        os.makedirs(named, exist_ok=True)
    fetch(told, asked, named)
    return True


def _unzipped(words, told):
    archive = next((word for word in words if word.casefold().endswith(".zip")), None)
    archive = archive if archive is None or os.path.exists(archive) else local(archive)
    if archive is None:
        note("command", told)
        return True
    folder = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == "-d"), WORK[0])
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)  # extractall keeps below the folder
    note("command", told, "zipfile")
    return True
