"""Use cases, a file a noun: load, decide, write."""
