"""What the conditions of rules measure: each kind reads what it needs and gives the groups for which it holds."""
