"""Where everybody stands, read anew only of those about whom something was written down since."""

from __future__ import annotations

from grader.gradebook.book import Gradebook, Standing
from grader.gradebook.keeping import Roll
from grader.model import Report


class Following:
    """Threads that share one take turns."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._assignment = ""
        self._numbers: dict[str, int] = {}
        self.standings: dict[str, Standing] = {}

    def refresh(self, assignment: str) -> None:
        """Take up what was written about the assignment, by whomever."""
        if assignment != self._assignment:
            self._assignment, self._numbers, self.standings = assignment, {}, {}
        numbers = self._book.numbers(assignment)
        grown = [student for student, number in numbers.items() if self._numbers.get(student) != number]
        if grown:
            whole = len(grown) > len(numbers) // 2
            found = self._book.standings(assignment, *(() if whole else grown))
            self.standings = dict(sorted((self.standings | found).items()))
        self._numbers = numbers

    def reports(self, roll: Roll) -> dict[str, Report]:
        """Of everybody in the class, the one that counts."""
        return {name: self.standings[name].report for name in roll.students if name in self.standings}
