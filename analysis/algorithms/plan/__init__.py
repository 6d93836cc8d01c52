"""The plan of a mission: what was intended, by whom, and what each step hangs on."""
