"""People, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class CreateAnonymous(AppRequest, kw_only=True):
    """PP_CREATE_ANONYMOUS."""

    ppcom_trace_uuid: str


class AnonymousCreated(msgspec.Struct):
    """PP_CREATE_ANONYMOUS."""

    user_uuid: str
    user_fullname: str
    user_icon: str | None
    user_email: str


class UserSummary(msgspec.Struct, kw_only=True):
    """A member of a conversation; `updatetime` is an integer epoch in seconds."""

    uuid: str
    user_fullname: str
    user_email: str
    user_icon: str | None
    user_signature: str | None
    updatetime: int
    group: dict[str, str] | None
    is_browser_online: bool
    is_mobile_online: bool
