"""Calls about people, which PPMessage calls users."""

from chalicelib.context import Context
from chalicelib.desk import people
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import PPCOM
from chalicelib.dialects.ppmessage.mapping import people as mapping
from chalicelib.dialects.ppmessage.wire import people as wire


def create_anonymous(ctx: Context, request: wire.CreateAnonymous) -> wire.AnonymousCreated:
    """PP_CREATE_ANONYMOUS: the visitor behind a browser's trace."""
    return mapping.anonymous(people.visitor(ctx, request.ppcom_trace_uuid))


ROWS = [
    Endpoint("POST", "/api/PP_CREATE_ANONYMOUS", create_anonymous, PPCOM),
]
