"""Ways to somebody. Each takes a message and gives what became of it, within its time, and raises nothing."""
