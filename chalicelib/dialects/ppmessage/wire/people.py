"""People, as PPMessage's clients send and get them."""

from typing import ClassVar

import msgspec

from chalicelib.dialects.bounds import Checked, Email, Header, Host, Id, Line, Name, Number, Real, Secret
from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class CreateAnonymous(AppRequest, kw_only=True):
    """PP_CREATE_ANONYMOUS."""

    ppcom_trace_uuid: Name
    domain: Host | None = None
    origin: Header | None = None


class CreateVisitor(msgspec.Struct, kw_only=True):
    """PPCOM_CREATE_ANONYMOUS: as PP_CREATE_ANONYMOUS, of the token's account."""

    ppcom_trace_uuid: Name
    app_uuid: Id | None = None
    domain: Name | None = None
    origin: Name | None = None


class AnonymousCreated(msgspec.Struct):
    """PP_CREATE_ANONYMOUS, PPCOM_CREATE_ANONYMOUS."""

    user_uuid: str
    user_fullname: str
    user_icon: str | None
    user_email: str | None


class UserSummary(msgspec.Struct, kw_only=True):
    """A member of a conversation or a group; `updatetime` is an integer epoch in seconds."""

    uuid: str
    user_fullname: str
    user_email: str | None
    user_icon: str | None
    user_signature: str | None
    updatetime: int
    group: dict[str, str] | None
    is_browser_online: bool
    is_mobile_online: bool


class CreateUser(AppRequest, kw_only=True):
    """PP_CREATE_USER."""

    user_email: Email
    user_fullname: Name
    user_language: Name | None = None
    user_password: Secret | None = None
    is_service_user: bool | None = None
    user_status: Name | None = None


class User(msgspec.Struct, kw_only=True):
    """A user as they were created. A password is never shown."""

    uuid: str
    user_name: str
    user_email: str
    user_fullname: str
    user_language: str | None
    user_status: str
    is_anonymous_user: bool
    user_password: None = None


class RemoveUser(msgspec.Struct, kw_only=True):
    """PP_REMOVE_USER."""

    user_uuid: Id
    user_password: Secret
    app_uuid: Id | None = None


class UpdateUser(AppRequest, kw_only=True):
    """PP_UPDATE_USER. `user_password` means the same as `new_password`; an empty text clears."""

    clears: ClassVar[bool] = True

    user_uuid: Id
    user_fullname: Name | None = None
    user_icon: Line | None = None
    user_signature: Line | None = None
    user_language: Name | None = None
    user_status: Name | None = None
    is_distributor_user: bool | None = None
    old_password: Secret | None = None
    new_password: Secret | None = None
    user_password: Secret | None = None


class UserRequest(AppRequest, kw_only=True):
    """PP_GET_USER_INFO."""

    user_uuid: Id


class DetailRequest(msgspec.Struct, kw_only=True):
    """PP_GET_USER_DETAIL. A password is not returned, whoever asks."""

    user_uuid: Id
    app_uuid: Id | None = None
    return_password: bool | None = None


class Unset(msgspec.Struct, kw_only=True):
    """What is documented of a user, and the core has nothing of: always null."""

    browser_device_uuid: str | None = None
    create_status: str | None = None
    is_email_verified: bool | None = None
    is_mobile_verified: bool | None = None
    mobile_device_uuid: str | None = None
    ppcom_browser_device_uuid: str | None = None
    ppcom_mobile_device_uuid: str | None = None
    user_company: str | None = None
    user_defined: str | None = None
    user_mobile: str | None = None
    user_mute_notification: bool | None = None
    user_mute_other_mobile_device: bool | None = None
    user_qq: str | None = None
    user_show_badge: bool | None = None
    user_silence_notification: bool | None = None
    user_wechat: str | None = None


class UserDetail(Unset, kw_only=True):
    """A user as the caller may see them. Null for what is not there."""

    uuid: str
    user_fullname: str
    user_firstname: str | None
    user_lastname: str | None
    pinyinname0: str
    pinyinname1: str
    user_name: str | None
    user_email: str | None
    user_icon: str | None
    user_signature: str | None
    user_language: str | None
    user_status: str
    service_user_status: str | None
    is_anonymous_user: bool
    is_service_user: bool
    is_owner_user: bool
    is_distributor_user: bool
    is_browser_online: bool
    is_mobile_online: bool
    ppcom_trace_uuid: str | None
    #: Undocumented: the shop's own id of a customer.
    user_id: str | None = None
    createtime: str
    updatetime: str
    latest_send_message_time: str | None = None
    user_password: None = None


class UuidRequest(AppRequest, kw_only=True):
    """PP_GET_USER_UUID. `signature` is undocumented: the shop's own server's, of the e-mail."""

    user_email: Email
    user_fullname: Name | None = None
    user_icon: Line | None = None
    signature: Name | None = None


class IdentityRequest(msgspec.Struct, kw_only=True):
    """PPCOM_GET_USER_UUID. `user_id` is the shop's own, `user_createtime` epoch milliseconds; `signature` is the shop's own
    server's, of the user id or else the e-mail.
    """

    ppcom_trace_uuid: Name
    app_uuid: Id | None = None
    user_id: Name | Number | None = None
    user_createtime: Number | Real | None = None
    user_name: Name | None = None
    user_email: Email | None = None
    user_mobile: Name | Number | None = None
    user_icon: Line | None = None
    company_name: Name | None = None
    company_fullname: Name | None = None
    signature: Name | None = None


class Identity(msgspec.Struct):
    """PPCOM_GET_USER_UUID: the user twice, because clients read either."""

    user_uuid: str
    uuid: str


class UserUuid(msgspec.Struct):
    """PP_GET_USER_UUID."""

    user_uuid: str


class EmailRequest(msgspec.Struct, kw_only=True):
    """PP_IS_EMAIL_VALID."""

    user_email: Line
    app_uuid: Id | None = None


class EmailValid(msgspec.Struct):
    """PP_IS_EMAIL_VALID: whether somebody new may sign up with it."""

    valid: bool


class ServiceUserRequest(msgspec.Struct, kw_only=True):
    """PP_GET_SERVICE_USER_LIST: as PP_GET_APP_SERVICE_USER_LIST, of the token's account."""

    app_uuid: Id | None = None


class LeaveApp(AppRequest, kw_only=True):
    """PP_LEAVE_APP. The list is checked later, because a wrong type has a code of its own."""

    user_list: Checked


class ServiceUser(msgspec.Struct, kw_only=True):
    """An agent of PP_GET_APP_SERVICE_USER_LIST."""

    uuid: str
    user_fullname: str
    user_email: str | None
    user_icon: str | None
    user_signature: str | None
    updatetime: str
    group: dict[str, str] | None
    is_browser_online: bool
    is_mobile_online: bool
    is_owner_user: bool
    is_distributor_user: bool
    is_service_user: bool


class ServiceUsers(msgspec.Struct):
    """PP_GET_APP_SERVICE_USER_LIST, PP_GET_SERVICE_USER_LIST."""

    list: list[ServiceUser]
