"""Plans in the shapes of stage7's own services, which its user interface reads."""
