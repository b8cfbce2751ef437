"""Whatever has a uuid, as PPMessage's clients get it by that alone."""

import msgspec

from chalicelib.dialects.bounds import Id, Name


class ObjectRequest(msgspec.Struct, kw_only=True):
    """GET_YVOBJECT_DETAIL: `type` is DU, AP, OG or CV."""

    uuid: Id
    type: Name
    app_uuid: Id | None = None


class Object(msgspec.Struct, kw_only=True):
    """GET_YVOBJECT_DETAIL; times are epoch seconds."""

    type: str
    uuid: str
    email: str | None
    name: str | None
    fullname: str | None
    icon: str | None
    desc: str | None
    timestamp: float | None
    updated: float | None
