"""Devices, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class CreateDevice(AppRequest, kw_only=True):
    """PP_CREATE_DEVICE."""

    user_uuid: str
    device_id: str
    device_ostype: str
    ppcom_trace_uuid: str


class DeviceCreated(msgspec.Struct):
    """PP_CREATE_DEVICE."""

    device_uuid: str
