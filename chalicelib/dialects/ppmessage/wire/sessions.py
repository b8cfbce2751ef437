"""Logins and who is online, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Email, Id, Name, Number, Token
from chalicelib.dialects.ppmessage.wire.apps import AppInfo, AppRequest
from chalicelib.dialects.ppmessage.wire.loose import Loose
from chalicelib.dialects.ppmessage.wire.people import UserSummary


class Login(msgspec.Struct, kw_only=True):
    """PPKEFU_LOGIN: `terminal` is the client's name for its device."""

    user_email: Email
    terminal: Name
    ostype: Name
    app_uuid: Id | None = None
    user_uuid: Id | None = None
    token: Token | None = None
    osmodel: Loose | None = None
    osversion: Loose | None = None
    device_fullname: Loose | None = None
    ios_app_development: Loose | None = None


class LoggedIn(msgspec.Struct, kw_only=True):
    """PPKEFU_LOGIN: the agent, their account, and the device on which they are logged in."""

    app: AppInfo
    uuid: str
    device_uuid: str
    mqtt_topic: str
    user_email: str
    user_fullname: str
    user_firstname: str | None
    user_lastname: str | None
    user_icon: str | None
    user_signature: str | None
    user_status: str
    service_user_status: str | None
    is_service_user: bool
    is_owner_user: bool
    is_distributor_user: bool
    browser_device_uuid: str | None
    mobile_device_uuid: str | None
    createtime: str
    updatetime: int
    is_anonymous_user: bool = False
    create_status: str | None = None
    is_email_verified: bool | None = None
    is_mobile_verified: bool | None = None
    latest_send_message_time: str | None = None
    ppcom_browser_device_uuid: str | None = None
    ppcom_mobile_device_uuid: str | None = None
    ppcom_trace_uuid: str | None = None
    ppkefu_browser_device_uuid: str | None = None
    user_company: str | None = None
    user_defined: str | None = None
    user_language: str | None = None
    user_mobile: str | None = None
    user_mute_notification: bool | None = None
    user_mute_other_mobile_device: bool | None = None
    user_name: str | None = None
    user_qq: str | None = None
    user_show_badge: bool | None = None
    user_silence_notification: bool | None = None
    user_wechat: str | None = None


class Logout(AppRequest, kw_only=True):
    """PPKEFU_LOGOUT."""

    user_uuid: Id
    device_uuid: Id


class Ended(msgspec.Struct):
    """PPKEFU_LOGOUT."""


class SetStatus(AppRequest, kw_only=True):
    """PPKEFU_SET_SERVICE_USER_STATUS: READY, BUSY or REST."""

    user_uuid: Id
    user_status: Name


class StatusSet(msgspec.Struct):
    """PPKEFU_SET_SERVICE_USER_STATUS."""


class ValidateDevice(msgspec.Struct, kw_only=True):
    """PP_VALIDATE_ONLINE_DEVICE."""

    user_uuid: Id
    device_uuid: Id
    app_uuid: Id | None = None


class Valid(msgspec.Struct):
    """PP_VALIDATE_ONLINE_DEVICE: whether the user is on the device, and no other has taken its place."""

    valid: bool


class PageOnline(AppRequest, kw_only=True):
    """PP_PAGE_ONLINE_PORTAL_USER: pages from 0."""

    page_offset: Number
    page_size: Number


class OnlinePage(msgspec.Struct, kw_only=True):
    """PP_PAGE_ONLINE_PORTAL_USER: who came last stands first."""

    list: list[UserSummary]
    page_offset: int
    page_size: int
    total_count: int
    return_count: int
