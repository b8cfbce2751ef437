"""What the visitors' client of 2017 sends and gets about a visit."""

import msgspec

from chalicelib.dialects.bounds import Checked, Id, Name
from chalicelib.dialects.ppmessage.wire.loose import Loose


class TrackEvent(msgspec.Struct, kw_only=True):
    """PPCOM_TRACK_EVENT: `event_data` is any JSON."""

    user_uuid: Id
    device_uuid: Id
    event_name: Loose
    event_data: Checked
    app_uuid: Id | None = None


class IpInfo(msgspec.Struct, kw_only=True):
    """PP_GET_IP_INFO: about the call's address. `country` is what the edge in front of the gateway says."""

    app_uuid: Id | None = None
    country: Name | None = None


class IpInfoShown(msgspec.Struct):
    """PP_GET_IP_INFO: two letters of ISO 3166, null where nobody knows."""

    country_code: str | None
