"""Calls about devices."""

from chalicelib.context import Context
from chalicelib.desk.core.errors import Exists, Missing
from chalicelib.desk.people import devices
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import DEVICES, PPCOM
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import devices as mapping
from chalicelib.dialects.ppmessage.wire import devices as wire


def create_device(ctx: Context, request: wire.CreateDevice) -> wire.DeviceCreated:
    """PP_CREATE_DEVICE: a device; one that exists answers 25 with its uuid."""
    try:
        return mapping.device(devices.register(ctx, request.user_uuid, request.device_id, request.device_ostype))
    except Exists as known:
        raise Coded(25, device_uuid=known.id) from known


def create_visitors_device(ctx: Context, request: wire.CreateVisitorsDevice) -> wire.DeviceCreated:
    """PPCOM_CREATE_DEVICE: the device of the trace, else of the device id. One that exists is a success here."""
    client_id = request.ppcom_trace_uuid or request.device_id
    if client_id is None:
        raise Missing("device_id, or ppcom_trace_uuid,")
    try:
        return mapping.device(devices.register(ctx, request.user_uuid, client_id, request.device_ostype))
    except Exists as known:
        return wire.DeviceCreated(known.id)


def update_device(ctx: Context, request: wire.UpdateDevice) -> wire.DeviceUpdated:
    """PP_UPDATE_DEVICE: what a client says about its device; 8 for another person's."""
    devices.update(ctx, request.device_uuid, mapping.details(request))
    return wire.DeviceUpdated()


def set_device_info(ctx: Context, request: wire.UpdateDevice) -> wire.DeviceUpdated:
    """SET_DEVICE_INFO: the same under the name that older clients use."""
    return update_device(ctx, request)


ROWS = [
    Endpoint("POST", "/api/PP_CREATE_DEVICE", create_device, PPCOM, actor="user_uuid"),
    Endpoint("POST", "/api/PPCOM_CREATE_DEVICE", create_visitors_device, PPCOM, actor="user_uuid"),
    Endpoint("POST", "/api/PP_UPDATE_DEVICE", update_device, DEVICES, actor="user_uuid"),
    Endpoint("POST", "/api/SET_DEVICE_INFO", set_device_info, DEVICES, actor="user_uuid"),
]
