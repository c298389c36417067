#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image. Running it again does no harm.
set -euo pipefail

source="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$source")"
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

install() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

# a Python that is new enough and can make environments; first the one that the bundle was made with
find_python() {
    local name
    for name in python@PYTHON@ python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# what the walls around students' kernels are made of, and a font for Korean titles in plots
apt-get update -qq
install libseccomp2
install fonts-nanum || true
if ! python="$(find_python)"; then
    for name in python@PYTHON@ python3.12 python3.11 python3; do
        install "$name" "$name-venv" && python="$(find_python)" && break
    done
fi
[ -n "$python" ] || { echo "no Python 3.11 can be installed: choose a newer base image, such as Ubuntu 24.04" >&2; exit 1; }

[ -x "$root/venv/bin/python" ] || "$python" -m venv "$root/venv"
pip="$root/venv/bin/pip"
# without CUDA, which the container has no use for and which would take gigabytes; only torch itself comes from there
"$pip" install --quiet --no-deps --index-url https://download.pytorch.org/whl/cpu "torch==@TORCH@+cpu" ||
    "$pip" install --quiet "torch==@TORCH@"
wanted="grader[notebooks] @ file://$source/@WHEEL@"
if ! "$pip" install --quiet --constraint "$source/constraints.txt" "$wanted"; then
    echo "not every version that the bundle was made with is there for this Python: taking the newest that are" >&2
    "$pip" install --quiet "$wanted"
fi
# the same version may have other content
"$pip" install --quiet --no-deps --force-reinstall "$source/@WHEEL@"

# kernels run as users of their own: they read Python, and nothing of the assignment
chmod 755 "$root"
chmod -R go+rX "$root/venv"
chmod -R go= "$source"
"$root/venv/bin/grader" doctor || true
