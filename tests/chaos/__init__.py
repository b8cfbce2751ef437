"""`make chaos`: the local desk is talked to, and killed, and must have lost nothing. `python -m tests.chaos --help` says how."""
