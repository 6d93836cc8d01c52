"""From facts to the plan of a mission. Plain Python."""
