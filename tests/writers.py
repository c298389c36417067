"""A writer of decisions in a process of its own: `writers.py URL AUTHOR COUNT` prints the number of each, once kept."""

from __future__ import annotations

import datetime as dt
import sys

from grader.gradebook.book import Gradebook, Standing
from grader.gradebook.overriding import Decision, made_by
from grader.model import Override

PLACES = ("P1.1/runs", "P2/runs", "P1.1", "P2")


def main(url: str, author: str, count: int) -> None:
    """Decide on four places of two students by turns. A line is printed when the decision cannot be lost any more."""
    with Gradebook(url) as book:
        for turn in range(count):
            student = ("kim", "이도윤")[turn % 2]
            asked = Decision(PLACES[turn // 2 % 2], float(turn % 10), f"{author} {turn}", author)

            def make(now: Standing, number: int, at: dt.datetime, asked: Decision = asked) -> Override:
                return made_by(asked)(now, number, at)

            override, _ = book.decide("hw", student, make)
            print(f"{override.student} {override.number} {turn}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
