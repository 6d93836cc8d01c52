"""What records say about the plan of a mission, as small plain values."""
