"""What happens in a run, as it happens: the log, the progress, the metrics and the run report derive from it."""
