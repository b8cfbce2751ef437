"""HTTP for `make run`: Chalice's own local gateway, without its forty milliseconds of Nagle, and with CORS on its refusals."""

import logging
from http.server import ThreadingHTTPServer
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalChalice, LocalDevServer

log = logging.getLogger("polydesk.http")


class Server(ThreadingHTTPServer):
    """Many connections at once, each in a thread that ends with the process."""

    daemon_threads = True
    request_queue_size = 256


class Handler(ChaliceRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    wbufsize = -1

    def _send_error_response(self, error: Any) -> None:
        """What the gateway itself refuses: as the deployed one does, with CORS."""
        error.headers = {**error.headers, "Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
        super()._send_error_response(error)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """A line a request, where one wants them (LOG_LEVEL=INFO)."""
        log.info(format, *args)


def serve(app: Chalice, port: int) -> LocalDevServer:
    """A server of the app on 127.0.0.1, bound and not yet serving. Raises OSError for a taken port."""
    app.__class__ = LocalChalice
    return LocalDevServer(app, Config.create(chalice_app=app, app_name=app.app_name), "127.0.0.1", port, Handler, Server)
