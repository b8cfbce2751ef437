"""PPMessage's endpoint table: the rows of each noun."""

from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.http import Cors
from chalicelib.dialects.ppmessage import auth, errors
from chalicelib.dialects.ppmessage.calls import apps, conversations, devices, messages, people

PPMESSAGE = Dialect(
    name="PPMessage",
    admit=auth.admit,
    fail=errors.fail,
    wrap=errors.wrap,
    cors=Cors(methods="POST, GET, OPTIONS", headers="Content-Type, Authorization"),
    endpoints=[
        *auth.ROWS,
        *apps.ROWS,
        *people.ROWS,
        *devices.ROWS,
        *conversations.ROWS,
        *messages.ROWS,
    ],
)
