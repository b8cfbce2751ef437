"""S3: the one place that speaks to the bucket of attachments."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.models import base

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: Statuses for an object that is not there: without the right to list the bucket it is the first.
_NO_OBJECT = (403, 404)


@cache
def client() -> "S3Client":
    """The one client for the bucket, of the tables' session; made by the first call that has to do with files."""
    from botocore.config import Config

    options = Config(signature_version="s3v4", connect_timeout=3, read_timeout=20)
    return base.connection.session.create_client("s3", config=options)  # type: ignore[return-value]


def put(key: str, data: bytes, mime: str) -> None:
    """Stores an object: one request."""
    client().put_object(Bucket=config.ATTACHMENTS, Key=key, Body=data, ContentType=mime)


def get(key: str) -> bytes | None:
    """Returns an object's bytes, None if there is none. One request."""
    try:
        return client().get_object(Bucket=config.ATTACHMENTS, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in _NO_OBJECT:
            return None
        raise


def copy(key: str, to: str) -> None:
    """Copies an object within the bucket. Harmless when repeated. One request."""
    client().copy_object(Bucket=config.ATTACHMENTS, Key=to, CopySource={"Bucket": config.ATTACHMENTS, "Key": key})


def size_of(key: str) -> int | None:
    """Returns how many bytes an object has, None if there is none. One request."""
    try:
        return client().head_object(Bucket=config.ATTACHMENTS, Key=key)["ContentLength"]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in _NO_OBJECT:
            return None
        raise


def remove(key: str) -> None:
    """Removes an object if there is one: one request."""
    client().delete_object(Bucket=config.ATTACHMENTS, Key=key)


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form (multipart/form-data) with which anybody can store one object: its address, and its fields before the file."""

    url: str
    fields: dict[str, str]


def signed_form(key: str, size: int, mime: str, seconds: int) -> SignedForm:
    """Returns the form for one object of exactly this many bytes, good for this many seconds. No request."""
    conditions = [{"Content-Type": mime}, ["content-length-range", size, size]]
    form = client().generate_presigned_post(
        config.ATTACHMENTS, key, Fields={"Content-Type": mime}, Conditions=conditions, ExpiresIn=seconds
    )
    return SignedForm(form["url"], form["fields"])


def signed_link(key: str, disposition: str, seconds: int) -> str:
    """Returns an address under which anybody can get an object for this many seconds. No request."""
    wanted = {"Bucket": config.ATTACHMENTS, "Key": key, "ResponseContentDisposition": disposition}
    return client().generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
