"""Canned replies in PPMessage's words."""

from chalicelib.desk.accounts.canned_replies import Reply, ReplyGroup
from chalicelib.dialects.ppmessage.mapping.words import moment
from chalicelib.dialects.ppmessage.wire import replies as wire


def script(reply: Reply, account: str) -> wire.Script:
    """A canned reply."""
    return wire.Script(
        uuid=reply.id,
        app_uuid=account,
        group_uuid=reply.group,
        script_question=reply.question,
        script_answer=reply.answer,
    )


def script_group(group: ReplyGroup, account: str) -> wire.ScriptGroup:
    """A group of canned replies."""
    return wire.ScriptGroup(
        uuid=group.id,
        app_uuid=account,
        group_name=group.name,
        createtime=moment(group.created_at),
        updatetime=moment(group.updated_at),
    )
