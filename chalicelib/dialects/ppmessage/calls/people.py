"""Calls about people, which PPMessage calls users."""

from collections.abc import Mapping

from chalicelib.context import VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core.errors import Invalid, Missing, NotFound
from chalicelib.desk.people import agents, identities, people, profiles, registration
from chalicelib.desk.people.identities import ClaimedIdentity
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.desk.teams import domains
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage import errors
from chalicelib.dialects.ppmessage.auth import CONSOLES, EVERY_LEVEL, PPCOM
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import people as mapping
from chalicelib.dialects.ppmessage.mapping.words import uuids
from chalicelib.dialects.ppmessage.wire import people as wire
from chalicelib.dialects.ppmessage.wire.apps import AppRequest, Done

_MOST_LEAVING = 100


def create_anonymous(ctx: Context, request: wire.CreateAnonymous) -> wire.AnonymousCreated:
    """PP_CREATE_ANONYMOUS: the visitor behind a browser's trace, on the page of a domain or of none."""
    return _visitor(ctx, request)


def create_visitor(ctx: Context, request: wire.CreateVisitor) -> wire.AnonymousCreated:
    """PPCOM_CREATE_ANONYMOUS: the same under the name that the visitors' client of 2017 uses."""
    return _visitor(ctx, request)


def _visitor(ctx: Context, request: wire.CreateAnonymous | wire.CreateVisitor) -> wire.AnonymousCreated:
    domain = domains.find_by_page(ctx, request.domain, request.origin)
    return mapping.anonymous(registration.get_or_create_visitor(ctx, request.ppcom_trace_uuid, domain))


def create_user(ctx: Context, request: wire.CreateUser) -> wire.User:
    """PP_CREATE_USER: an agent or a contact; 22 if the e-mail is taken."""
    wanted = mapping.create(request)
    person = (
        registration.create_agent(ctx, wanted) if isinstance(wanted, CreateAgent) else registration.create_contact(ctx, wanted)
    )
    return mapping.user(person, accounts.load(ctx).owner)


def remove_user(ctx: Context, request: wire.RemoveUser) -> Done:
    """PP_REMOVE_USER: removes a user; their messages stay. The password is the user's own or the caller's."""
    agents.remove_with_password(ctx, request.user_uuid, request.user_password)
    return Done()


def leave_app(ctx: Context, request: wire.LeaveApp) -> Done:
    """PP_LEAVE_APP: removes agents. `failures` lists those who could not be removed; the first of them gives the code."""
    given = uuids(request.user_list, "user_list", _MOST_LEAVING)
    failed = [(user, _left(error)) for user, error in agents.remove_many(ctx, given).items()]
    if failed:
        told = [errors.failed(*each) for each in failed]
        raise Coded(failed[0][1], f"{len(failed)} of {len(given)} could not leave", failures=told)
    return Done()


def _left(error: Exception) -> int:
    return 40 if isinstance(error, NotFound) else errors.code_of(error)


def update_user(ctx: Context, request: wire.UpdateUser) -> Done:
    """PP_UPDATE_USER: changes the profile, the password, and for an administrator the status."""
    profiles.change(ctx, request.user_uuid, mapping.change(request))
    return Done()


def user_info(ctx: Context, request: wire.UserRequest) -> wire.UserDetail:
    """PP_GET_USER_INFO: a user."""
    return mapping.detail(people.get_visible(ctx, request.user_uuid), _owner(ctx))


def user_detail(ctx: Context, request: wire.DetailRequest) -> wire.UserDetail:
    """PP_GET_USER_DETAIL: the same."""
    return mapping.detail(people.get_visible(ctx, request.user_uuid), _owner(ctx))


def user_uuid(ctx: Context, request: wire.UuidRequest) -> wire.UserUuid:
    """PP_GET_USER_UUID: the contact with an e-mail. In an account that trusts only signed addresses, a contact of this token
    with that e-mail noted. An agent's e-mail is 29, a bad signature 20.
    """
    return wire.UserUuid(_identified(ctx, mapping.claimed(request), None, mapping.CLAIMED))


def identity(ctx: Context, request: wire.IdentityRequest) -> wire.Identity:
    """PPCOM_GET_USER_UUID: the contact with the shop's own id, or an e-mail, if signed or trusted.

    Else the contact behind the browser's trace, with what was said noted. 29 and 20 as in PP_GET_USER_UUID.
    """
    user = _identified(ctx, mapping.identity(request), request.ppcom_trace_uuid, mapping.IDENTITY)
    return wire.Identity(user, user)


def _identified(ctx: Context, claimed: ClaimedIdentity, trace: str | None, names: Mapping[str, str]) -> str:
    """The contact's uuid. `names` are the client's names for the fields."""
    try:
        return identities.identify(ctx, claimed, trace).id
    except Invalid as error:
        raise Invalid(names.get(error.field, error.field), error.reason) from error
    except Missing as error:
        raise Missing(names.get(error.field, error.field)) from error


def email_valid(ctx: Context, request: wire.EmailRequest) -> wire.EmailValid:
    """PP_IS_EMAIL_VALID: whether a new user can have it."""
    return wire.EmailValid(registration.is_free(ctx, request.user_email))


def service_users(ctx: Context, request: AppRequest) -> wire.ServiceUsers:
    """PP_GET_APP_SERVICE_USER_LIST: all agents by number."""
    return _service_users(ctx)


def all_service_users(ctx: Context, request: wire.ServiceUserRequest) -> wire.ServiceUsers:
    """PP_GET_SERVICE_USER_LIST: the same under the name that the agents' client of 2017 uses."""
    return _service_users(ctx)


def _service_users(ctx: Context) -> wire.ServiceUsers:
    owner = _owner(ctx)
    return wire.ServiceUsers(
        [mapping.service_user(agent, owner) for agent in people.as_caller_sees(ctx, people.list_agents(ctx))]
    )


def _owner(ctx: Context) -> str | None:
    """The account's owner, None for visitors, who may not know."""
    return None if ctx.caller.level == VISITOR else accounts.load(ctx).owner


ROWS = [
    Endpoint("POST", "/api/PP_CREATE_ANONYMOUS", create_anonymous, PPCOM, {"origin": "Origin"}),
    Endpoint("POST", "/api/PPCOM_CREATE_ANONYMOUS", create_visitor, PPCOM, {"origin": "Origin"}),
    Endpoint("POST", "/api/PP_CREATE_USER", create_user, CONSOLES),
    Endpoint("POST", "/api/PP_REMOVE_USER", remove_user, CONSOLES),
    Endpoint("POST", "/api/PP_UPDATE_USER", update_user, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_USER_INFO", user_info, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_GET_USER_DETAIL", user_detail, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_GET_USER_UUID", user_uuid, PPCOM),
    Endpoint("POST", "/api/PPCOM_GET_USER_UUID", identity, PPCOM),
    Endpoint("POST", "/api/PP_IS_EMAIL_VALID", email_valid, CONSOLES),
    Endpoint("POST", "/api/PP_LEAVE_APP", leave_app, CONSOLES),
    Endpoint("POST", "/api/PP_GET_APP_SERVICE_USER_LIST", service_users, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_GET_SERVICE_USER_LIST", all_service_users, EVERY_LEVEL),
]
