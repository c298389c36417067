"""The steps of a composite action, run as GitHub's runner runs them, as far as ours need it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
_COMMAND = re.compile(r"^\s*::([\w-]+)(?: (.*?))?::(.*)$")


@dataclass
class Runner:
    """`cache`: what `actions/cache` has, by key; `environment`: a folder that stands in for one that it restores."""

    action: Path
    workspace: Path
    temporary: Path
    cache: dict[str, Path] = field(default_factory=dict)
    environment: Path | None = None
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    printed: str = ""
    summary: str = ""

    def run(self, **given: str) -> int:
        """The exit code of the step that failed, or 0; the steps after it are left out, as they have no `always()`."""
        plain = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        inputs = {name: str(one.get("default", "")) for name, one in plain["inputs"].items()} | given
        required = [name for name, one in plain["inputs"].items() if one.get("required") and name not in given]
        assert not required
        self.temporary.mkdir(exist_ok=True)
        for step in plain["runs"]["steps"]:
            if not self._wanted(step.get("if", "")):
                continue
            code = self._step(step, inputs)
            if code:
                return code
        return 0

    def results(self) -> dict[str, str]:
        """The action's outputs."""
        plain = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        return {name: self._filled(one["value"], {}) for name, one in plain["outputs"].items()}

    def commands(self) -> list[tuple[str, str, str]]:
        """(name, properties, message) of the commands that a runner finds in what was printed, of both forms."""
        found, token = [], None
        for line in self.printed.split("\n"):
            command = _COMMAND.match(line)
            if token is not None:
                token = None if command and command[1] == token else token
            elif command and command[1] == "stop-commands":
                token = command[3]
            elif command:
                found.append((command[1], command[2] or "", command[3]))
            elif "##[" in line:
                found.append(("##", "", line))
        return found

    def _wanted(self, condition: str) -> bool:
        if not condition:
            return True
        name, value = re.fullmatch(r"([\w.-]+) != '(\w+)'", condition).groups()
        return self._value(name, {}) != value

    def _step(self, step: dict[str, Any], inputs: dict[str, str]) -> int:
        filled = {name: self._filled(str(value), inputs) for name, value in step.get("with", {}).items()}
        uses = step.get("uses", "").partition("@")[0]
        if uses == "actions/cache/restore":
            held = self.cache.get(filled["key"], self.environment)
            if held is not None:
                Path(filled["path"]).symlink_to(held)
            self.outputs[step["id"]] = {"cache-hit": "true" if held else ""}
        elif uses == "actions/cache/save":
            self.cache[filled["key"]] = Path(filled["path"])
        elif uses != "actions/setup-python":
            assert not uses, uses
            return self._script(step, inputs)
        return 0

    def _script(self, step: dict[str, Any], inputs: dict[str, str]) -> int:
        files = {name: self.temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        script = self.temporary / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(self.temporary),
                "RUNNER_TEMP": str(self.temporary),
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(self.action),
                "GITHUB_WORKSPACE": str(self.workspace),
                **{name: str(file) for name, file in files.items()},
                **{name: self._filled(str(value), inputs) for name, value in step.get("env", {}).items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.printed += done.stdout
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        written = files["GITHUB_OUTPUT"].read_text(encoding="utf-8")
        self.outputs[step.get("id", "")] = dict(line.split("=", 1) for line in written.splitlines())
        return done.returncode

    def _filled(self, text: str, inputs: dict[str, str]) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1], inputs), text)

    def _value(self, name: str, inputs: dict[str, str]) -> str:
        kind, *rest = name.split(".")
        if kind == "inputs":
            return inputs[rest[0]]
        assert kind == "steps"
        assert rest[1] == "outputs"
        return self.outputs.get(rest[0], {}).get(rest[2], "")
