"""What a visitor's client of 2017 tells and asks of a visit, as it sends and gets it."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chalicelib.dialects.ppmessage.wire.loose import Loose

_Uuid = Annotated[str, Meta(max_length=64)]


class TrackEvent(msgspec.Struct, kw_only=True):
    """PPCOM_TRACK_EVENT: `event_data` is any JSON."""

    user_uuid: _Uuid
    device_uuid: _Uuid
    event_name: Loose
    event_data: Any
    app_uuid: _Uuid | None = None


class IpInfo(msgspec.Struct, kw_only=True):
    """PP_GET_IP_INFO: of the address that the call comes from. `country` is what the edge in front of the gateway says of it."""

    app_uuid: _Uuid | None = None
    country: Annotated[str, Meta(max_length=64)] | None = None


class IpInfoShown(msgspec.Struct):
    """PP_GET_IP_INFO: two letters of ISO 3166, null where nobody knows."""

    country_code: str | None
