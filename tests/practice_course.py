"""A course whose rubric keeps things back, with tables whose rows students may practise on."""

from __future__ import annotations

import re
from pathlib import Path

from build import course, table

from grader.assignment import load
from grader.model import Assignment

RUNS = "{check: runs, points: 2}"
R2 = "{check: r2, points: 4, predict: predict, model: linear, at_least: 0.5}"
SAYS = "{id: zq-why, check: mentions, points: 3, concept: zq-concept, feedback: {ko: zqhint, en: zqhint}}"
CONCEPTS = (
    "{zq-concept: {ko: [제큐제큐], en: [zqphrase], claims: [{says: zq-term}]}, plain: {ko: [기울기], en: [gradient]}}"
)
PLAIN = "{id: plain, check: mentions, points: 1, concept: plain}"


def rubric(folder: Path, *criteria: str, practice: str = "", tables: int = 2, more: str = "") -> Assignment:
    """A rubric of P1, with `train` and as many tables more; `more` is YAML of further items."""
    course(folder, RUNS)
    names = ["train", *(f"t{number}" for number in range(2, tables + 1))]
    for seed, name in enumerate(names, start=5):
        table(folder / f"{name}.csv", 60, seed=seed)
    data = ", ".join(f"{name}: {{file: {name}.csv, shown_as: sample_data/{name}.csv}}" for name in names)
    file = folder / "rubric.yaml"
    text = file.read_text(encoding="utf-8").replace(f"      - {RUNS}", "\n".join(f"      - {one}" for one in criteria))
    text = re.sub(r"data: .*", f"data: {{{data}}}", text)
    text = re.sub(r"heldout: .*", f"heldout: {{file: heldout.csv, target: price{practice}}}", text)
    points = sum(float(p) for p in re.findall(r"points: ([\d.]+)(?!.*bonus)", "\n".join(criteria)))
    text = re.sub(r"    points: \S+\n", f"    points: {points:g}\n", text) + more
    total = points + sum(map(float, re.findall(r"^    points: (\S+)$", more, re.MULTILINE)))
    text = re.sub(r"total: \S+", f"total: {total:g}", text)
    if "zq-concept" in text:
        text = re.sub(r"concepts: .*", f"concepts: {CONCEPTS}\nterms: {{zq-term: [zqword]}}", text)
    file.write_text(text, encoding="utf-8")
    return load(file)


def hidden(criterion: str, kind: str = "hidden") -> str:
    return criterion.replace("points:", f"visibility: {kind}, points:", 1)
