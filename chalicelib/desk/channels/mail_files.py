"""Mail files: what came with a mail, in the bucket, and its pictures where its HTML shows them."""

from collections.abc import Sequence
from typing import Any

from chalicelib.context import Context
from chalicelib.desk.channels.contents import with_pictures
from chalicelib.desk.channels.letters import Letter
from chalicelib.desk.conversations import files
from chalicelib.desk.conversations.files import File
from chalicelib.rules import text


def keep(ctx: Context, letter: Letter, *of: str, **owner: Any) -> list[File]:
    """Stores a mail's files and returns them. Their ids follow from what they are `of`; `owner` are attributes that say whose
    they are. Two requests a file, three for an image.
    """
    made = [
        File(
            letter.id_of(ctx, "file", *of, str(at)),
            account=ctx.account,
            kind="",
            mime=part.mime,
            name=text.file_name(part.name),
            size=len(part.data),
            created_at=ctx.now,
            **owner,
        )
        for at, part in enumerate(letter.content.files)
    ]
    return [files.keep(ctx, file, part.data) for file, part in zip(made, letter.content.files, strict=True)]


def html_with(letter: Letter, kept: Sequence[File]) -> str | None:
    """Returns a mail's HTML, in which its pictures load from the files that were kept. Some programs name them by their files."""
    of_parts = list(zip(letter.content.files, kept, strict=True))
    by_name = {part.name: (file.id, file.name) for part, file in of_parts}
    by_id = {part.content_id: (file.id, file.name) for part, file in of_parts if part.content_id}
    return with_pictures(letter.content.html, by_name | by_id)
