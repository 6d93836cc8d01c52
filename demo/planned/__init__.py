"""Sample missions of a system that tells its plans: posted in the shapes of stage7's services."""
