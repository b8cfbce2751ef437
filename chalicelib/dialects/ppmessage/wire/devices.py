"""Devices, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class CreateDevice(AppRequest, kw_only=True):
    """PP_CREATE_DEVICE."""

    user_uuid: str
    device_id: str
    device_ostype: str
    #: None where it is a known customer's: a web widget sends null for him.
    ppcom_trace_uuid: str | None


class DeviceCreated(msgspec.Struct):
    """PP_CREATE_DEVICE."""

    device_uuid: str


class UpdateDevice(msgspec.Struct, kw_only=True):
    """PP_UPDATE_DEVICE, SET_DEVICE_INFO."""

    device_uuid: str
    app_uuid: str | None = None
    user_uuid: str | None = None
    device_fullname: str | None = None
    device_phonenumber: str | None = None
    device_ostype: str | None = None
    device_osversion: str | None = None
    device_android_apilevel: str | None = None
    device_android_gcmtoken: str | None = None
    device_android_gcmpush: bool | None = None
    device_ios_model: str | None = None
    device_ios_token: str | None = None
    device_is_online: bool | None = None


class DeviceUpdated(msgspec.Struct):
    """PP_UPDATE_DEVICE."""
