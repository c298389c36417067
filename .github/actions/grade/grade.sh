#!/usr/bin/env bash
# The steps of action.yml: `environment` says where packages lie and under which key they are cached, `install` puts
# them there, `check` checks the notebook. Everything comes in by variables. Nothing that lies in the student's
# repository is run but the notebook, behind walls: Python never looks for modules in the current folder.
set -euo pipefail

export PYTHONSAFEPATH=1 PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1
grader=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

environment() {
    local key
    key=$(python3 -I "$grader/.github/actions/grade/key.py" "$grader" "${GRADER_VERSION:-}")
    {
        echo "path=$RUNNER_TEMP/grader-environment"
        echo "key=grader-$key"
        echo "reports=${GRADER_REPORTS:-$RUNNER_TEMP/grader-reports}"
    } >>"$GITHUB_OUTPUT"
}

install() {
    python3 -I -m venv --clear "$GRADER_ENVIRONMENT"
    "$GRADER_ENVIRONMENT/bin/python" -I -m pip install --quiet --constraint "$grader/constraints.txt" \
        -- "${GRADER_VERSION:-${grader}[notebooks]}"
}

check() {
    "$GRADER_ENVIRONMENT/bin/grader" check --assignment "$GRADER_ASSIGNMENT" --lang "$GRADER_LANG" --plain \
        --reports "$GRADER_REPORTS" -- "$GRADER_NOTEBOOK"
}

case "${1:-}" in
    environment | install | check) "$1" ;;
    *) echo "give one of: environment, install, check" >&2 && exit 2 ;;
esac
