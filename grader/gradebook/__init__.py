"""What counts for each student: reports and people's decisions, in `book`; and scoring again what has been run.

`record` ties a results folder to both.
"""
