"""Metrics derived from what is stored: spans, calls, log records, plans and missions, by the minute.

A minute is always computed as a whole from rows, never added to: whatever comes late, twice or in another order marks
its minute again (`marks`) and the job (`job`) computes the same numbers.
"""
