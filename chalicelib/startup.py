"""Startup: while a process imports, it looks for no garbage, which takes a tenth of a cold start. What it has imported stays to
its end, so no later collection goes through it either.
"""

import gc

gc.disable()


def finish() -> None:
    """Ends the startup: from now on garbage is collected. A function has the tables' client before its first request, which
    would wait for it.
    """
    from chalicelib import config
    from chalicelib.models.dynamodb import connection

    gc.freeze()
    gc.enable()
    if config.IN_LAMBDA:
        connection.make_client()
