"""S3: the one place that speaks to the bucket of attachments."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.models import base

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def client() -> "S3Client":
    """The one client for the bucket, of the tables' session; made by the first call that has to do with files."""
    from botocore.config import Config

    options = Config(signature_version="s3v4", connect_timeout=3, read_timeout=20)
    return base.connection.session.create_client("s3", config=options)  # type: ignore[return-value]


def put(key: str, data: bytes, mime: str) -> None:
    """Stores an object: one request."""
    client().put_object(Bucket=config.ATTACHMENTS, Key=key, Body=data, ContentType=mime)


def copy(key: str, to: str) -> None:
    """Copies an object within the bucket. Harmless when repeated. One request."""
    client().copy_object(Bucket=config.ATTACHMENTS, Key=to, CopySource={"Bucket": config.ATTACHMENTS, "Key": key})


def signed_link(key: str, disposition: str, seconds: int) -> str:
    """Returns an address under which anybody can get an object for this many seconds. No request."""
    wanted = {"Bucket": config.ATTACHMENTS, "Key": key, "ResponseContentDisposition": disposition}
    return client().generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
