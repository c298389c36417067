"""From what lies on a disk or in an archive to the hand-ins of a class; nothing is read here that a kernel runs."""
