"""A small rubric about why ice floats, and graded answers to it, for the tests of the workbench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RUBRIC = """\
id: ice
title: {ko: 얼음, en: Ice}
total: 8
terms:
  density: [밀도, density]
  low: [낮다, 작다, low, lower, less]
  high: [높다, 크다, high, higher, greater]
  ice: [얼음, ice]
  water: [물, water, liquid]
  open: [빈틈, 엉성하다, gaps, open lattice]
  lattice: [격자, 구조, lattice, structure]
  never-said: [초고체, supersolid]
items:
  - id: Q1
    title: {ko: 얼음이 물에 뜨는 이유, en: Why ice floats on water}
    points: 4
    criteria:
      - {id: lighter, check: mentions, points: 2, concept: lighter}
      - {id: gaps, check: mentions, points: 2, concept: gaps}
  - id: Q2
    title: {ko: 겨울에 호수가 위에서부터 어는 이유, en: Why a lake freezes from above}
    points: 4
    criteria:
      - {id: warmest, check: mentions, points: 4, concept: four-degrees}
concepts:
  lighter:
    ko: [밀도]
    en: [density]
    claims:
      - {says: density + low, of: ice, unlike: water}
      - {says: density, of: ice, half: true}
  gaps:
    ko: [빈틈]
    en: [gaps]
    claims:
      - {says: open + lattice, of: ice, not_of: water}
      - {says: never-said, of: ice}
  four-degrees:
    ko: [섭씨 4도]
    en: [4 degrees, four degrees]
"""

ANSWERS: list[dict[str, Any]] = [
    {
        "id": "k1",
        "item": "Q1",
        "text": "얼음은 밀도가 낮다. 얼음의 구조에는 빈틈이 많다.",
        "points": {"lighter": 1, "gaps": 1},
    },
    {"id": "k2", "item": "Q1", "text": "얼음의 밀도가 낮아서 뜬다.", "points": {"lighter": 1, "gaps": 0}},
    {"id": "k3", "item": "Q1", "text": "얼음의 구조가 성글어서 뜬다.", "points": {"lighter": 0, "gaps": 1}},
    {"id": "k4", "item": "Q1", "text": "얼음은 구조가 성글다.", "points": {"lighter": 0, "gaps": 1}},
    {"id": "k5", "item": "Q1", "text": "얼음의 밀도가 높기 때문이다.", "points": {"lighter": 0, "gaps": 0}},
    {"id": "k6", "item": "Q1", "text": "차가워서 그렇다.", "points": {"lighter": 0, "gaps": 0}},
    {"id": "e1", "item": "Q1", "text": "Ice has a lower density.", "points": {"lighter": 1, "gaps": 0}},
    {"id": "e2", "item": "Q1", "text": "The lattice of ice has gaps.", "points": {"lighter": 0, "gaps": 1}},
    {"id": "e3", "item": "Q1", "text": "Its structure is roomy.", "points": {"lighter-or-gaps": 1}},
    {
        "id": "e4",
        "item": "Q1",
        "text": "The density of ice plays a part.",
        "points": {"lighter": 0, "gaps": 1, "wit": 1},
        "contested": ["gaps"],
    },
    {"id": "q1", "item": "Q2", "text": "Water is heaviest at four degrees, so it sinks.", "points": {"warmest": 1}},
    {"id": "q2", "item": "Q2", "text": "Cold water rises.", "points": {"warmest": 0}},
]


def rubric(folder: Path) -> Path:
    file = folder / "ice.yaml"
    file.write_text(RUBRIC, encoding="utf-8")
    return file


def answers(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "graded.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines or ANSWERS), encoding="utf-8")
    return file
