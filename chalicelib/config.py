"""Config: what the environment says. Read once, at import; nothing here is a secret."""

import os

STAGE = os.environ.get("POLYDESK_STAGE", "dev")
#: Base of links that answers carry (icons, paging). Empty: relative to the caller.
PUBLIC_URL = os.environ.get("POLYDESK_PUBLIC_URL", "").rstrip("/")
#: The bucket of attachments, as infra/template.yaml's output AttachmentsBucket names it.
ATTACHMENTS = os.environ.get("POLYDESK_ATTACHMENTS", "")
#: Where browsers reach the bucket, if that is not its own address: the local desk passes it on.
FILES_URL = os.environ.get("POLYDESK_FILES_URL", "")
#: Sender of mail: an address, or a name and one, that SES has verified. Empty: no mail is sent.
MAIL_FROM = os.environ.get("POLYDESK_MAIL_FROM", "").strip()
#: Whether this is a deployed function, whose standard output is a log group.
IN_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
#: Whether every administrator of the stage is trusted to name only addresses of their own as e-mail accounts.
TRUSTS_MAILBOXES = os.environ.get("POLYDESK_TRUSTS_MAILBOXES", "") == "1"
#: Lowest level that a deployed function logs.
LOG_LEVEL = os.environ.get("LOG_LEVEL") or "INFO"
#: What this stage changes about the limits (desk/core/rate_limits.py): `off`, or `<name>=<most>/<seconds>` pairs.
LIMITS = os.environ.get("POLYDESK_LIMITS", "")
#: Where keywords are looked up: empty for the desk's own index, else the address of an OpenSearch domain.
SEARCH = os.environ.get("POLYDESK_SEARCH", "").strip()
#: Days after which the rows of an account that was removed go.
EMPTIED_AFTER_DAYS = int(os.environ.get("POLYDESK_EMPTIED_AFTER_DAYS", "") or 30)
#: Hosts to which webhooks may lead although they are of a private network or use http, with spaces between them.
WEBHOOK_HOSTS = frozenset(os.environ.get("POLYDESK_WEBHOOK_HOSTS", "").lower().split())
#: For how many seconds a warm process trusts a token, an account's settings or a person's name.
CACHE_SECONDS = 60
#: Seconds that SQS can hold a message back (its own limit).
LONGEST_DELAY = 900


def socket_api() -> str:
    """Returns the address through which lambdas send to sockets: API Gateway's; the deployment sets it."""
    return os.environ.get("POLYDESK_SOCKET_API", "https://localhost")


def socket_url() -> str:
    """Returns the address at which clients open sockets: your own, else API Gateway's."""
    own = os.environ.get("POLYDESK_SOCKET_URL")
    return own or "ws" + socket_api().removeprefix("http")


def demo_account() -> str:
    """Returns the uuid of the account whose chat the page /demo shows; empty: the page says how to have one."""
    return os.environ.get("POLYDESK_DEMO", "").strip()


def shows_docs() -> bool:
    """Returns whether the page /docs is served, which the local desk always does."""
    return os.environ.get("POLYDESK_DOCS", "") == "1" or STAGE == "local"


def lets_anybody_sign_up() -> bool:
    """Returns whether a company may sign up in the browser without a code."""
    return os.environ.get("POLYDESK_SIGNUP", "") == "open"


def file_origins() -> list[str]:
    """Returns where links to files of the bucket lead: the local desk itself, else S3."""
    if local := FILES_URL or os.environ.get("AWS_ENDPOINT_URL"):
        return [local]
    region = os.environ.get("AWS_REGION", "us-east-1")
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return [f"https://{ATTACHMENTS}.s3.{region}.{domain}", f"https://{ATTACHMENTS}.s3.{domain}"] if ATTACHMENTS else []


def table(name: str) -> str:
    """Returns the name of a DynamoDB table in this stage, as in infra/template.yaml."""
    return f"polydesk-{STAGE}-{name}"


def queue(name: str) -> str:
    """Returns the name of an SQS queue in this stage, as in infra/template.yaml."""
    return f"polydesk-{STAGE}-{name}"


def configuration_set() -> str:
    """Returns the name of SES's configuration set, which tells what becomes of mails, as in infra/template.yaml."""
    return f"polydesk-{STAGE}-mail"


def stream_arn(name: str) -> str:
    """Returns the ARN of a table's stream, which the deployment puts into the environment (AWS makes its label)."""
    return os.environ.get(
        f"POLYDESK_STREAM_{name.upper()}", f"arn:aws:dynamodb:us-east-1:000000000000:table/{table(name)}/stream/local"
    )
