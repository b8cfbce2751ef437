"""S3: the one place that speaks to the bucket of attachments."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.models import base

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

#: Statuses for an object that is not there: without the right to list the bucket it is the first.
_NO_OBJECT = (403, 404)


@cache
def client() -> "S3Client":
    """The one client for the bucket, of the tables' session; made by the first call that has to do with files."""
    return _client(None)


@cache
def _signer() -> "S3Client":
    """What signs addresses for browsers: the same, unless they reach the bucket elsewhere."""
    return _client(config.FILES_URL) if config.FILES_URL else client()


def _client(endpoint: str | None) -> "S3Client":
    from botocore.config import Config

    options = Config(signature_version="s3v4", connect_timeout=3, read_timeout=20)
    return base.connection.session.create_client("s3", config=options, endpoint_url=endpoint)  # type: ignore[return-value]


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


def read_range(key: str, first: int, length: int) -> bytes:
    """Returns some of an object's bytes, from number `first` on. One request."""
    wanted = f"bytes={first}-{first + length - 1}"
    return client().get_object(Bucket=config.ATTACHMENTS, Key=key, Range=wanted)["Body"].read()


def list_keys(prefix: str, limit: int) -> list[str]:
    """Returns the first keys that begin so, in order, a thousand at most. One request."""
    found = client().list_objects_v2(Bucket=config.ATTACHMENTS, Prefix=prefix, MaxKeys=limit)
    return [one["Key"] for one in found.get("Contents", [])]


def begin_parts(key: str, mime: str) -> str:
    """Begins an object that is sent in parts, and returns the id of that. One request."""
    return client().create_multipart_upload(Bucket=config.ATTACHMENTS, Key=key, ContentType=mime)["UploadId"]


class NoUpload(Exception):
    """The object that is sent in parts was begun too long ago, and nothing is left of it."""


@contextmanager
def _begun() -> Iterator[None]:
    """Wraps what is done to such an object. Raises NoUpload."""
    try:
        yield
    except client().exceptions.NoSuchUpload as gone:
        raise NoUpload from gone


def put_part(key: str, upload: str, number: int, data: bytes) -> str:
    """Stores a part, from 1, in the place of one that was sent under this number, and returns its tag. All but the last have 5 MB
    or more. One request. Raises NoUpload.
    """
    with _begun():
        return client().upload_part(Bucket=config.ATTACHMENTS, Key=key, UploadId=upload, PartNumber=number, Body=data)["ETag"]


def end_parts(key: str, upload: str, tags: Sequence[str]) -> None:
    """Makes an object of its parts, given their tags in order. One request. Raises NoUpload."""
    parts: list[CompletedPartTypeDef] = [{"ETag": tag, "PartNumber": number} for number, tag in enumerate(tags, 1)]
    with _begun():
        client().complete_multipart_upload(Bucket=config.ATTACHMENTS, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


def drop_parts(key: str, upload: str) -> None:
    """Forgets an object that was begun, if it was. One request."""
    with suppress(NoUpload), _begun():
        client().abort_multipart_upload(Bucket=config.ATTACHMENTS, Key=key, UploadId=upload)


def remove(key: str) -> None:
    """Removes an object if there is one: one request."""
    client().delete_object(Bucket=config.ATTACHMENTS, Key=key)


class SignedForm(msgspec.Struct, frozen=True):
    """A form (multipart/form-data) with which anybody can store one object: its address, and its fields before the file."""

    url: str
    fields: dict[str, str]


def signed_form(key: str, size: int, mime: str, seconds: int) -> SignedForm:
    """Returns the form for one object of exactly this many bytes, good for this many seconds. No request."""
    conditions = [{"Content-Type": mime}, ["content-length-range", size, size]]
    form = _signer().generate_presigned_post(
        config.ATTACHMENTS, key, Fields={"Content-Type": mime}, Conditions=conditions, ExpiresIn=seconds
    )
    return SignedForm(form["url"], form["fields"])


def signed_link(key: str, disposition: str, mime: str, seconds: int) -> str:
    """Returns an address under which anybody can get an object for this many seconds, as this media type. No request."""
    wanted = {"Bucket": config.ATTACHMENTS, "Key": key, "ResponseContentDisposition": disposition, "ResponseContentType": mime}
    return _signer().generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
