"""Whatever has a uuid, as PPMessage's clients get it by that alone."""

import msgspec


class ObjectRequest(msgspec.Struct, kw_only=True):
    """GET_YVOBJECT_DETAIL: `type` is DU, AP, OG or CV."""

    uuid: str
    type: str
    app_uuid: str | None = None


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
