"""What keeps a student's kernel away from everything that is not its own.

`plan` (in the grader) says what one kernel may have; `enter` (in the process that becomes it) gives up the rest.
bubblewrap builds such walls around a program that it starts; a warm kernel is a fork of a process that runs already,
and starting one afresh would cost the seconds of imports that the fork saves. Hence the calls of our own.
"""
