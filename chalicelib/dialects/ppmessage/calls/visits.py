"""What the visitors' client of 2017 sends and asks about a visit."""

import re

from chalicelib.context import Context
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import PPCOM
from chalicelib.dialects.ppmessage.wire import visits as wire
from chalicelib.dialects.ppmessage.wire.apps import Done

_COUNTRY = re.compile("[A-Z]{2}")
#: What stands for a country that is not known.
_UNKNOWN = ("XX", "ZZ")


def track_event(ctx: Context, request: wire.TrackEvent) -> Done:
    """PPCOM_TRACK_EVENT: stores nothing, because no client can read events and the vendor's server kept none.

    So a call costs only the check of its token.
    """
    return Done()


def ip_info(ctx: Context, request: wire.IpInfo) -> wire.IpInfoShown:
    """PP_GET_IP_INFO: the country of the caller's address, if CloudFront in front of the gateway says it.

    Nobody else is asked.
    """
    given = (request.country or "").upper()
    return wire.IpInfoShown(given if _COUNTRY.fullmatch(given) and given not in _UNKNOWN else None)


ROWS = [
    Endpoint("POST", "/api/PPCOM_TRACK_EVENT", track_event, PPCOM, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_IP_INFO", ip_info, PPCOM, {"country": "CloudFront-Viewer-Country"}),
]
