"""One simple shell command: whether it can do anything here, and what is done in its place."""

import importlib.metadata
import os
import re
import shlex
import shutil
import zipfile
from os.path import exists, isdir

from .downloads import PROGRAMS, fetched
from .files import is_foreign, replacement
from .helps import WORK, note
from .tables import base, local

_INSTALLERS = {"apt", "apt-get", "aptitude", "dpkg", "yum", "dnf", "brew", "apk", "conda", "mamba", "micromamba", "npm"}
_PIP = {"install", "uninstall", "download", "wheel"}
_OURS = re.compile(r"grader(?:$|[=<>!~\[;@ ]|-\d|\.git)")
_OTHER = {"nvidia-smi", "nvcc", "fc-cache", "gcloud", "systemctl", "service"}


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
    if program in PROGRAMS:
        return fetched(program, rest, told)
    if program in ("cp", "mv"):
        return _copied([word for word in rest if not word.startswith("-")])
    if program == "unzip" and (shutil.which("unzip") is None or _is_elsewhere(rest)):
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
    if len(words) != 2 or exists(words[0]) or (found := replacement(words[0])) is None:
        return False
    target = os.path.join(words[1], base(words[0])) if isdir(words[1]) else words[1]
    shutil.copyfile(found, target)
    return True


def _installed(told, words):
    """Note an installation, and of each package whether it is here anyway."""
    here = []
    packages = words[words.index("install") + 1 :] if "install" in words else []
    if packages and all(_OURS.match(word.rpartition("/")[2]) for word in packages):
        return True  # to look at the work before handing it in
    for word in packages:
        name = re.split(r"[=<>!~\[; ]", word)[0]
        try:
            here.append(f"{name} {importlib.metadata.version(name)}")
        except (importlib.metadata.PackageNotFoundError, ValueError):
            here.append(f"{name} ✗")
    note("install", told, ", ".join(here[:8]))
    return True


def _archive(words):
    return next((word for word in words if word.casefold().endswith(".zip")), None)


def _is_elsewhere(words):
    """Whether the archive, or the folder that it is unpacked into, is in a place that other machines have."""
    return any(map(is_foreign, words)) and not exists(_archive(words) or "")


def _unzipped(words, told):
    archive = _archive(words)
    archive = archive if archive is None or exists(archive) else local(archive)
    if archive is None:
        note("command", told)
        return True
    folder = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == "-d"), WORK[0])
    folder = WORK[0] if is_foreign(folder) else folder
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)  # extractall keeps below the folder
    note("command", told, "zipfile")
    return True
