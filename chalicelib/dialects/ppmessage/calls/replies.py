"""Calls about canned replies, which PPMessage calls predefined scripts."""

from chalicelib.context import Context
from chalicelib.desk.accounts import canned_replies
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import CONSOLES, KEFU_AND_CONSOLES
from chalicelib.dialects.ppmessage.mapping import replies as mapping
from chalicelib.dialects.ppmessage.wire import replies as wire
from chalicelib.dialects.ppmessage.wire.apps import AppRequest, Done
from chalicelib.dialects.ppmessage.wire.groups import GroupRequest, UuidList


def scripts(ctx: Context, request: AppRequest) -> UuidList:
    """PP_GET_ALL_PREDEFINED_SCRIPT: uuids of all scripts."""
    return UuidList([reply.id for reply in canned_replies.load(ctx).replies])


def script_groups(ctx: Context, request: AppRequest) -> wire.ScriptGroupList:
    """PP_GET_ALL_PREDEFINED_SCRIPT_GROUP: all groups of scripts."""
    return wire.ScriptGroupList([mapping.script_group(group, ctx.account) for group in canned_replies.load(ctx).groups])


def scripts_of_group(ctx: Context, request: GroupRequest) -> wire.ScriptList:
    """PP_GET_PREDEFINED_SCRIPT_WITH_GROUP: the scripts of one group."""
    found = canned_replies.load(ctx).of_group(request.group_uuid)
    return wire.ScriptList([mapping.script(reply, ctx.account) for reply in found])


def add_script(ctx: Context, request: wire.AddScript) -> wire.Script:
    """PP_ADD_PREDEFINED_SCRIPT: a new script, in a group where one is given."""
    reply = canned_replies.add(ctx, request.script_question, request.script_answer, request.group_uuid)
    return mapping.script(reply, ctx.account)


def remove_script(ctx: Context, request: wire.ScriptRequest) -> Done:
    """PP_REMOVE_PREDEFINED_SCRIPT: removes a script."""
    canned_replies.remove(ctx, request.script_uuid)
    return Done()


def add_script_group(ctx: Context, request: wire.AddScriptGroup) -> wire.ScriptGroup:
    """PP_ADD_PREDEFINED_SCRIPT_GROUP: a new group of scripts."""
    return mapping.script_group(canned_replies.add_group(ctx, request.group_name), ctx.account)


def remove_script_group(ctx: Context, request: GroupRequest) -> Done:
    """PP_REMOVE_PREDEFINED_SCRIPT_GROUP: removes a group, whose scripts stay."""
    canned_replies.remove_group(ctx, request.group_uuid)
    return Done()


def move_script(ctx: Context, request: wire.MoveScript) -> Done:
    """PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP: moves a script into a group."""
    canned_replies.move(ctx, request.script_uuid, request.group_uuid)
    return Done()


ROWS = [
    Endpoint("POST", "/api/PP_GET_ALL_PREDEFINED_SCRIPT", scripts, KEFU_AND_CONSOLES),
    Endpoint("POST", "/api/PP_GET_ALL_PREDEFINED_SCRIPT_GROUP", script_groups, KEFU_AND_CONSOLES),
    Endpoint("POST", "/api/PP_GET_PREDEFINED_SCRIPT_WITH_GROUP", scripts_of_group, KEFU_AND_CONSOLES),
    Endpoint("POST", "/api/PP_ADD_PREDEFINED_SCRIPT", add_script, KEFU_AND_CONSOLES),
    Endpoint("POST", "/api/PP_REMOVE_PREDEFINED_SCRIPT", remove_script, KEFU_AND_CONSOLES),
    Endpoint("POST", "/api/PP_ADD_PREDEFINED_SCRIPT_GROUP", add_script_group, CONSOLES),
    Endpoint("POST", "/api/PP_REMOVE_PREDEFINED_SCRIPT_GROUP", remove_script_group, CONSOLES),
    Endpoint("POST", "/api/PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP", move_script, CONSOLES),
]
