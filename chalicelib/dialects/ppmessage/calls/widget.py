"""What a web page's chat needs besides a visitor's calls: its script, and a token for a page of one of the account's domains."""

from typing import Annotated

from chalicelib.context import Context
from chalicelib.desk.teams import widget
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows, accepts_gzip, has_etag
from chalicelib.dialects.ppmessage.mapping import widget as mapping
from chalicelib.dialects.ppmessage.script import script
from chalicelib.dialects.ppmessage.wire import widget as wire

#: A new version is everywhere after five minutes. Until then, and while a browser looks for it, a page uses the one it has.
_HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
Script = Annotated[Answer, Shows(media_type="text/javascript", headers=("ETag",)), Shows(status=304, headers=("ETag",))]


def widget_script(ctx: Context, request: wire.Script) -> Script:
    """`GET /widget.js`: the chat that a page shows, the same for all of them."""
    found = script()
    headers = _HEADERS | {"ETag": found.etag}
    if has_etag(request.if_none_match, found.etag):
        return Answer(None, 304, headers)
    if accepts_gzip(request.accept_encoding):
        return Answer(found.zipped, headers=headers | {"Content-Encoding": "gzip"})
    return Answer(found.text.decode(), headers=headers)


def start_widget(ctx: Context, request: wire.Start) -> wire.Started:
    """`POST /ppauth/widget`: a token for a visitor of a domain's page; 20 for a page, an account or a domain that may not have
    it.
    """
    return mapping.started(widget.start(ctx, request.app_uuid, request.domain, request.origin, "PPCOM"))


ROWS = [
    Endpoint("GET", widget.PATH, widget_script, headers={"if_none_match": "If-None-Match", "accept_encoding": "Accept-Encoding"}),
    Endpoint("POST", "/ppauth/widget", start_widget, headers={"origin": "Origin"}, in_form=True),
]
