"""Counts of what has happened, by hour and day."""
