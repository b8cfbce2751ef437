"""PPMessage's endpoint table: the rows of each noun."""

from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.http import Cors
from chalicelib.dialects.ppmessage import auth, errors, lenient
from chalicelib.dialects.ppmessage.calls import (
    apps,
    console,
    conversations,
    devices,
    files,
    groups,
    login,
    messages,
    numbers,
    objects,
    people,
    receipts,
    replies,
    sessions,
    signup,
    talks,
    visits,
    waiting,
    widget,
)

PPMESSAGE = Dialect(
    name="PPMessage",
    admit=auth.admit,
    fail=errors.fail,
    wrap=errors.wrap,
    envelope=errors.envelope,
    needs_body=True,
    security={
        "PPMessage": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`OAuth <token>`, with a token of /ppauth/token for one of the api levels that the call names",
        }
    },
    read=lenient.read,
    cors=Cors(methods="POST, GET, OPTIONS", headers="Content-Type, Authorization"),
    endpoints=[
        *auth.ROWS,
        *apps.ROWS,
        *people.ROWS,
        *devices.ROWS,
        *conversations.ROWS,
        *messages.ROWS,
        *receipts.ROWS,
        *sessions.ROWS,
        *files.ROWS,
        *numbers.ROWS,
        *objects.ROWS,
        *signup.ROWS,
        *talks.ROWS,
        *groups.ROWS,
        *waiting.ROWS,
        *replies.ROWS,
        *login.ROWS,
        *console.ROWS,
        *widget.ROWS,
        *visits.ROWS,
    ],
)
