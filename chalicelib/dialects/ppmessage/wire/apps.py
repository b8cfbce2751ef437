"""Accounts, as PPMessage's clients send and get them."""

import msgspec


class AppRequest(msgspec.Struct, kw_only=True):
    """What most calls carry: the account."""

    app_uuid: str


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


class UpdateApp(AppRequest, kw_only=True):
    """PP_UPDATE_APP_INFO; an empty text clears what may be unset."""

    app_name: str | None = None
    app_icon: str | None = None
    app_route_policy: str | None = None
    welcome_message: str | None = None
    ppcom_launcher_color: str | None = None
    ppcom_launcher_style: str | None = None
    company_name: str | None = None
    offline_message: str | None = None
    return_offline_message: bool | None = None
    app_billing_email: str | None = None
    app_time_zone: str | None = None
    #: Undocumented: all of the account's own words for online, away, busy and offline, by word; and the seconds after which
    #: an agent whose sockets have gone is away, and from then on offline.
    status_aliases: dict[str, str] | None = None
    away_after: int | None = None
    offline_after: int | None = None
    expire_after: int | None = None
    hand_over: str | None = None
    #: By api level, all addresses to which /ppauth/auth may send a code for that client. The owner's alone to change.
    redirect_uris: dict[str, list[str]] | None = None


class OwnerRequest(msgspec.Struct, kw_only=True):
    """PP_GET_APP_OWNED_BY_USER, PP_GET_ALL_APP_LIST."""

    user_uuid: str
    app_uuid: str | None = None


class OwnedApp(msgspec.Struct):
    """PP_GET_APP_OWNED_BY_USER."""

    app: AppInfo
    bill: None = None


class AppList(msgspec.Struct):
    """PP_GET_ALL_APP_LIST."""

    app: list[AppInfo]


class CreateApp(msgspec.Struct, kw_only=True):
    """PP_CREATE_APP."""

    user_uuid: str
    app_name: str
    app_uuid: str | None = None


class Api(msgspec.Struct, kw_only=True):
    """A client of an account: its key is public, its secret is told once."""

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

    user_uuid: str


class ApiRequest(AppRequest, kw_only=True):
    """PP_GET_API_INFO. `renew` names the level of a client that is to get a new secret."""

    user_uuid: str
    renew: str | None = None


class ApiInfo(msgspec.Struct, kw_only=True):
    """PP_GET_API_INFO, and beside it the widget's client and the two of the vendor's own programs."""

    ppkefu_thirdparty: Api
    ppconsole_thirdparty: Api
    ppcom: Api
    ppkefu: Api
    ppconsole: Api
