"""Accounts, as PPMessage's clients send and get them."""

import msgspec


class AppRequest(msgspec.Struct, kw_only=True):
    """What most calls carry: the account."""

    app_uuid: str


class AppInfo(msgspec.Struct, kw_only=True):
    """PP_GET_APP_INFO. Secrets are the owner's console's alone; others get null."""

    uuid: str
    user_uuid: str
    app_name: str
    company_name: str
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
