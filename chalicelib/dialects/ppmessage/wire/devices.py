"""Devices, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Id, Name, Token
from chalicelib.dialects.ppmessage.wire.apps import AppRequest
from chalicelib.dialects.ppmessage.wire.loose import Loose


class CreateDevice(AppRequest, kw_only=True):
    """PP_CREATE_DEVICE."""

    user_uuid: Id
    device_id: Name
    device_ostype: Name
    #: None for a known customer: a web widget sends null for them.
    ppcom_trace_uuid: Name | None


class CreateVisitorsDevice(msgspec.Struct, kw_only=True):
    """PPCOM_CREATE_DEVICE: a browser is known by the trace of its visitor, a phone by an id of its own."""

    user_uuid: Id
    device_ostype: Name
    device_id: Name | None = None
    ppcom_trace_uuid: Name | None = None
    app_uuid: Id | None = None


class DeviceCreated(msgspec.Struct):
    """PP_CREATE_DEVICE, PPCOM_CREATE_DEVICE."""

    device_uuid: str


class UpdateDevice(msgspec.Struct, kw_only=True):
    """PP_UPDATE_DEVICE, SET_DEVICE_INFO."""

    device_uuid: Id
    app_uuid: Id | None = None
    user_uuid: Id | None = None
    device_fullname: Loose | None = None
    device_phonenumber: Loose | None = None
    device_ostype: Name | None = None
    device_osversion: Loose | None = None
    device_android_apilevel: Loose | None = None
    device_android_gcmtoken: Token | None = None
    device_android_gcmpush: bool | None = None
    device_ios_model: Loose | None = None
    device_ios_token: Token | None = None
    device_is_online: bool | None = None


class DeviceUpdated(msgspec.Struct):
    """PP_UPDATE_DEVICE."""
