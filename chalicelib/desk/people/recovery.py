"""Recovery: an agent who has forgotten their password gets a link by e-mail, with which they set a new one."""

from chalicelib import config
from chalicelib.context import AGENT, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import login_attempts, tokens
from chalicelib.desk.core import access, publishing, rate_limits
from chalicelib.desk.core.errors import Invalid, NotAuthenticated, NotFound
from chalicelib.desk.core.people_events import PasswordForgotten
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import notices, people, profiles, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import mail, unique_names
from chalicelib.models import people as rows
from chalicelib.rules import emails

#: Mails to one address that one source may request through one account, those sent at most at the request of unknown sources,
#: and the seconds in which both are counted.
MOST_MAILS, MOST_SENT, MAIL_SECONDS = 3, 10, 3600
_MAILS = {
    "en": (
        "Choose a new password",
        "Somebody, probably you, has asked for a new password for {email}.\n\n"
        "Choose it here, once and within half an hour:\n\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
    ),
    "zh": (
        "设置新密码",
        "有人（可能是您本人）为 {email} 申请设置新密码。\n\n请在半小时内打开以下链接，仅可使用一次：\n\n{link}\n\n"  # noqa: RUF001
        "如果不是您本人操作，请忽略此邮件，您的密码不会改变。\n",  # noqa: RUF001
    ),
}


@access.allow(VISITOR)
def request_mail(ctx: Context, email: str, page: str) -> None:
    """Asks for a mail to the agent who logs in with this e-mail, if there is one. Its link leads to `page`.

    Two requests, the same whether or not there is one. The fourth call within an hour from one source asks for no mail. Raises
    Invalid for something that is no address, or an address that no mail can be sent to.
    """
    _request_mail(ctx, email, page)


@access.allow(STRANGER)
def request_mail_anywhere(ctx: Context, email: str, page: str) -> None:
    """Does the same where nobody has said in which account: on the desk's own page. Raises TooMany besides."""
    rate_limits.spend_by_source(ctx, "logins")
    _request_mail(ctx, email, page)


def _request_mail(ctx: Context, email: str, page: str) -> None:
    address = registration.canonical_email(email)
    if not emails.can_be_sent_to(address):
        raise Invalid("email", "has characters before the @ to which no mail can be sent")
    source = login_attempts.login_by_email(address).source(ctx)
    if login_attempts.count_and_check(ctx, f"mail#{ctx.account}#{source}", MOST_MAILS, MAIL_SECONDS):
        publishing.publish([PasswordForgotten(ctx.account, ctx.now, address, page, source)], ctx.now)


@access.allow(SYSTEM)
def send_mail(ctx: Context, email: str, page: str, source: str = "") -> bool:
    """Sends the mail that was requested from `source` (login_attempts.Login). Called again it sends another, with another link.

    Returns False where nobody of the account logs in with this e-mail, mail is not set up, or too many were sent.
    """
    person = _holder(ctx, email)
    if person is None or not emails.can_be_sent_to(email) or not mail.is_set_up():
        return False
    if not (
        login_attempts.is_known_source(ctx, source)
        or login_attempts.count_and_check(ctx, f"sent#{email}", MOST_SENT, MAIL_SECONDS)
    ):
        return False
    holder = Caller(person.account, AGENT, person.id, person.number, token_version=person.token_version)
    code = tokens.issue(ctx, holder, tokens.RESET, tokens.RESET_SECONDS)
    subject, text = _MAILS["zh" if (person.language or "").lower().startswith(("zh", "chinese")) else "en"]
    notices.send(ctx, email, subject, text.format(email=email, link=f"{config.PUBLIC_URL}{page}?code={code}"))
    return True


def _holder(ctx: Context, email: str) -> Person | None:
    """Returns the agent who logs in with this e-mail, if they may log in to the caller's account or signed up in its console;
    whichever their account, where the call is of none.
    """
    login = unique_names.find(unique_names.EVERYWHERE, "login", email)
    home = rows.get(login.account, login.id) if login else None
    if login is None or home is None or not home.is_active:
        return None
    if ctx.account in ("", login.account, *(login.accounts or ())):
        return home
    return home if accounts.load_signup_account(ctx.acting(Caller(login.account, SYSTEM))) == ctx.account else None


@access.allow(STRANGER)
def check_code(ctx: Context, code: str) -> None:
    """Raises NotAuthenticated if the link's code is unknown, used or expired. One request. Raises TooMany."""
    rate_limits.spend_by_source(ctx, "logins")
    tokens.find_single_use(ctx, code, tokens.RESET)


@access.allow(STRANGER)
def reset_password(ctx: Context, code: str, password: str) -> None:
    """Sets the password (as it is typed) of the holder of a code. A code works once. Ends all their tokens, unlocks their login.

    Raises NotAuthenticated; Invalid and TooMany, after which the code is still good. The same write uses up the code.
    """
    rate_limits.spend_by_source(ctx, "logins")
    wire = registration.chosen_password(password)
    person = retry_on_conflict(ctx, lambda: _reset_password(ctx, code, wire))
    login_attempts.unlock(ctx, login_attempts.login_of(person))


def _reset_password(ctx: Context, code: str, wire_password: str) -> Person:
    row = tokens.find_single_use(ctx, code, tokens.RESET)
    inside = ctx.acting(Caller(row.account, SYSTEM))
    try:
        person = people.get(inside, str(row.person))
    except NotFound as error:
        raise NotAuthenticated from error
    profiles.set_password_by_code(inside, person, registration.hash_password(ctx, wire_password), row)
    return person
