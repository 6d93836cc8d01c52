"""REST in the shapes that stage7's user interface reads: for any mission at any time, from what is stored."""
