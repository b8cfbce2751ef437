"""Devices, as PPMessage's clients send and get them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.dialects.ppmessage.wire.apps import AppRequest
from chalicelib.dialects.ppmessage.wire.loose import Loose

_Text = Annotated[str, Meta(max_length=256)]


class CreateDevice(AppRequest, kw_only=True):
    """PP_CREATE_DEVICE."""

    user_uuid: str
    device_id: str
    device_ostype: str
    #: None where it is a known customer's: a web widget sends null for him.
    ppcom_trace_uuid: str | None


class CreateVisitorsDevice(msgspec.Struct, kw_only=True):
    """PPCOM_CREATE_DEVICE: a browser is known by the trace of its visitor, a phone by an id of its own."""

    user_uuid: _Text
    device_ostype: _Text
    device_id: _Text | None = None
    ppcom_trace_uuid: _Text | None = None
    app_uuid: _Text | None = None


class DeviceCreated(msgspec.Struct):
    """PP_CREATE_DEVICE, PPCOM_CREATE_DEVICE."""

    device_uuid: str


class UpdateDevice(msgspec.Struct, kw_only=True):
    """PP_UPDATE_DEVICE, SET_DEVICE_INFO."""

    device_uuid: str
    app_uuid: str | None = None
    user_uuid: str | None = None
    device_fullname: Loose | None = None
    device_phonenumber: Loose | None = None
    device_ostype: str | None = None
    device_osversion: Loose | None = None
    device_android_apilevel: Loose | None = None
    device_android_gcmtoken: str | None = None
    device_android_gcmpush: bool | None = None
    device_ios_model: Loose | None = None
    device_ios_token: str | None = None
    device_is_online: bool | None = None


class DeviceUpdated(msgspec.Struct):
    """PP_UPDATE_DEVICE."""
