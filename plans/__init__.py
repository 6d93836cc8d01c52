"""What was intended: agents, steps, what they hang on, plans, questions to people."""
