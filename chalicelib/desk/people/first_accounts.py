"""First accounts: a company signs up in a browser, with a code that the desk's operator has seen; or without a code, if the stage
lets anybody sign up (POLYDESK_SIGNUP=open).
"""

from chalicelib import config
from chalicelib.context import STRANGER, SYSTEM, Caller, Context
from chalicelib.desk.auth import api_clients, tokens
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.people import owners, registration
from chalicelib.desk.people.owners import NewAccount, Opened
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import unique_names

#: Holder of a code, and the name under which it is noted that a stage has had one.
_NOBODY = Caller("setup", SYSTEM)
_FIRST = "first"


@access.allow(STRANGER)
def sign_up(ctx: Context, company: str, owner: CreateAgent, password: str, code: str) -> Opened:
    """Opens an account for an owner, whose password is as it is typed. Two requests, three with a code, which is used up.

    Raises NotAuthenticated for a code that is unknown, used or expired; Exists, Invalid, TooMany, after which it is still good.
    """
    rate_limits.spend_by_source(ctx, "logins")
    row = None if config.lets_anybody_sign_up() else tokens.find_single_use(ctx, code, tokens.SETUP)
    wanted = CreateAgent(owner.email, owner.name, registration.chosen_password(password), language=owner.language)
    return owners.open_(ctx, wanted, NewAccount(company, api_clients.USUAL), row)


@access.allow(SYSTEM)
def make_code(ctx: Context) -> str:
    """Makes a code for one account, good for a week. One request."""
    return tokens.issue(ctx, _NOBODY, tokens.SETUP, tokens.SETUP_SECONDS)


@access.allow(SYSTEM)
def make_first_code(ctx: Context) -> str | None:
    """Makes the same on a stage that has had none, else None. Three requests; one of them from the second time on.

    A stage that was restored from another has had what that one had.

    A process that dies in between leaves a code that nobody was shown, and the next call makes another.
    """
    if unique_names.find(unique_names.EVERYWHERE, "setup", _FIRST):
        return None
    code = make_code(ctx)
    unique_names.put(unique_names.new_name(_NOBODY.account, "setup", _FIRST, "made", scope=unique_names.EVERYWHERE))
    return code
