"""The sample missions, one file each."""
