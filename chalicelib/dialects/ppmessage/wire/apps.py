"""Accounts, as PPMessage's clients send and get them."""

from typing import ClassVar

import msgspec

from chalicelib.dialects.bounds import Email, Id, Line, LinesByName, Name, Number, Paragraph, Words


class AppRequest(msgspec.Struct, kw_only=True):
    """What most calls carry: the account."""

    app_uuid: Id


class Done(msgspec.Struct):
    """An answer that says no more than that it is done."""


class AppInfo(msgspec.Struct, kw_only=True):
    """PP_GET_APP_INFO. Secrets are the owner's console's alone; others get null."""

    uuid: str
    user_uuid: str
    app_name: str
    company_name: str | None
    createtime: str
    updatetime: str
    app_route_policy: str | None
    welcome_message: str | None
    app_key: str | None = None
    app_secret: str | None = None
    api_uuid: str | None = None
    app_icon: str | None = None
    app_billing_email: str | None = None
    app_billing_uuid: str | None = None
    offline_message: str | None = None
    return_offline_message: bool | None = None
    ppcom_launcher_color: str | None = None
    ppcom_launcher_style: str | None = None
    ppcom_powered_by_link: str | None = None
    ppcom_powered_by_name: str | None = None
    ppcom_powered_by_visible: bool | None = None
    show_ppcom_hover: bool | None = None
    robot_user_uuid: str | None = None
    robot_train_chat: str | None = None
    robot_train_click: str | None = None
    robot_train_method: str | None = None
    robot_train_track: str | None = None
    #: Undocumented: UpdateApp's; null for visitors.
    trusts_addresses: bool | None = None


class UpdateApp(AppRequest, kw_only=True):
    """PP_UPDATE_APP_INFO; an empty text clears an optional field."""

    clears: ClassVar[bool] = True

    app_name: Name | None = None
    app_icon: Line | None = None
    app_route_policy: Name | None = None
    welcome_message: Paragraph | None = None
    ppcom_launcher_color: Name | None = None
    ppcom_launcher_style: Name | None = None
    company_name: Name | None = None
    offline_message: Paragraph | None = None
    return_offline_message: bool | None = None
    app_billing_email: Email | None = None
    app_time_zone: Name | None = None
    #: Undocumented: all of the account's own words for online, away, busy and offline, by word; and the seconds after which
    #: an agent whose sockets have gone is away, and from then on offline.
    status_aliases: Words | None = None
    away_after: Number | None = None
    offline_after: Number | None = None
    expire_after: Number | None = None
    hand_over: Name | None = None
    #: Whether PP_GET_USER_UUID and PPCOM_GET_USER_UUID give whoever names a customer's e-mail or user id that customer, as the
    #: vendor's did, or want a signature. The owner's alone to change.
    trusts_addresses: bool | None = None
    #: By api level, all addresses to which /ppauth/auth may send a code for that client. The owner's alone to change.
    redirect_uris: LinesByName | None = None


class OwnerRequest(msgspec.Struct, kw_only=True):
    """PP_GET_APP_OWNED_BY_USER, PP_GET_ALL_APP_LIST."""

    user_uuid: Id
    app_uuid: Id | None = None


class OwnedApp(msgspec.Struct):
    """PP_GET_APP_OWNED_BY_USER."""

    app: AppInfo
    bill: None = None


class AppList(msgspec.Struct):
    """PP_GET_ALL_APP_LIST."""

    app: list[AppInfo]


class CreateApp(msgspec.Struct, kw_only=True):
    """PP_CREATE_APP."""

    user_uuid: Id
    app_name: Name
    app_uuid: Id | None = None


class Api(msgspec.Struct, kw_only=True):
    """A client of an account. Its key is public, its secret is shown once."""

    api_level: str
    api_uuid: str
    api_key: str | None
    api_secret: str | None


class AppMade(msgspec.Struct, kw_only=True):
    """A new account; `apis` has its clients by level, because who made it has no other way to learn their keys."""

    uuid: str
    user_uuid: str
    app_name: str
    app_billing_email: str | None
    app_key: str | None
    app_secret: str | None
    app_route_policy: str
    apis: dict[str, Api]


class RemoveApp(AppRequest, kw_only=True):
    """PP_REMOVE_APP."""

    user_uuid: Id


class ApiRequest(AppRequest, kw_only=True):
    """PP_GET_API_INFO. `renew` names the level of a client that gets a new secret, or IDENTITY for the secret with which the
    shop's server signs its customers' identities.
    """

    user_uuid: Id
    renew: Name | None = None


class ApiInfo(msgspec.Struct, kw_only=True):
    """PP_GET_API_INFO, and beside it the widget's client and the two of the vendor's own programs."""

    ppkefu_thirdparty: Api
    ppconsole_thirdparty: Api
    ppcom: Api
    ppkefu: Api
    ppconsole: Api
    #: Told where it has just been renewed, else null.
    identity_secret: str | None = None
