"""People in PPMessage's words."""

from collections.abc import Mapping

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people.identities import ClaimedIdentity
from chalicelib.desk.people.people import Person, PersonView
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.people.registration import CreateAgent, CreateContact
from chalicelib.dialects.ppmessage.mapping.words import icon, is_there, moment, service_status
from chalicelib.dialects.ppmessage.wire import people as wire

_CONTACT = "contact"
_FOREVER = 2**60
#: Levels of the core by `user_status`; None is a contact. An account has one owner, so a second one is an admin.
_LEVELS = dict.fromkeys(("OWNER_0", "OWNER_1", "OWNER_2", "OWNER_3", "ADMIN"), ADMIN)
_LEVELS_BY_STATUS: dict[str, str | None] = {**_LEVELS, "SERVICE": AGENT, "ANONYMOUS": None, "THIRDPARTY": None}


def anonymous(person: Person) -> wire.AnonymousCreated:
    """A visitor, new or known."""
    return wire.AnonymousCreated(person.id, person.name, icon(person.id, person.icon), person.email)


def user_summary(view: PersonView, groups: Mapping[str, str], connected: tuple[bool, bool] = (False, False)) -> wire.UserSummary:
    """A member of a conversation or group. `groups` has names by id; `connected` is whether a browser and a mobile are.

    An agent who is not offline but has neither connected works with another client, which counts as a browser.
    """
    browser, mobile = connected
    return wire.UserSummary(
        uuid=view.id,
        user_fullname=view.name,
        user_email=view.email,
        user_icon=icon(view.id, view.icon),
        user_signature=view.signature,
        updatetime=view.updated_at // 1000,
        group=_group(view.group, groups),
        is_browser_online=browser or (is_there(view.presence) and not mobile),
        is_mobile_online=mobile,
    )


def status(person: Person, owner: str | None) -> str:
    """A person's `user_status`. `owner` is the account's owner, None for a caller who may not know."""
    if person.kind == _CONTACT:
        return "ANONYMOUS" if person.is_anonymous else "THIRDPARTY"
    if person.id == owner:
        return "OWNER_2"
    return "ADMIN" if person.level == ADMIN else "SERVICE"


def level(word: str) -> str | None:
    """The core's level of a `user_status`, None for a contact's. Raises Invalid for another word."""
    if word.upper() not in _LEVELS_BY_STATUS:
        raise Invalid("user_status", f"must be one of {', '.join(_LEVELS_BY_STATUS)}")
    return _LEVELS_BY_STATUS[word.upper()]


def create(request: wire.CreateUser) -> CreateAgent | CreateContact:
    """Returns what a console adds: an agent if either field says so, else a contact. Raises Invalid if the fields differ."""
    wanted = level(request.user_status or "THIRDPARTY")
    if request.is_service_user is False and wanted:
        raise Invalid("is_service_user", f"must be true for {request.user_status}")
    email, name, language = request.user_email, request.user_fullname, request.user_language
    if wanted or request.is_service_user:
        return CreateAgent(email, name, request.user_password, wanted or AGENT, language)
    anonymous = (request.user_status or "").upper() == "ANONYMOUS"
    return CreateContact(email, name, None, language, request.user_password, anonymous)


def user(person: Person, owner: str | None) -> wire.User:
    """A user as they were created."""
    return wire.User(
        uuid=person.id,
        user_name=person.email,
        user_email=person.email,
        user_fullname=person.name,
        user_language=person.language,
        user_status=status(person, owner),
        is_anonymous_user=person.is_anonymous,
    )


def change(request: wire.UpdateUser) -> ChangePerson:
    """What to change about a user."""
    return ChangePerson(
        name=request.user_fullname,
        icon=request.user_icon,
        signature=request.user_signature,
        language=request.user_language,
        is_distributor=request.is_distributor_user,
        level=None if request.user_status is None else level(request.user_status) or "visitor",
        old_password=request.old_password,
        new_password=request.new_password if request.new_password is not None else request.user_password,
    )


#: The desk's names for what is said about a visitor, and the two endpoints' names.
CLAIMED = {"email": "user_email", "name": "user_fullname", "icon": "user_icon", "trace": "user_email"}
IDENTITY = {"email": "user_email", "name": "user_name", "icon": "user_icon", "mobile": "user_mobile"}
IDENTITY |= {"company": "company_name", "registered_at": "user_createtime", "trace": "ppcom_trace_uuid"}


def claimed(request: wire.UuidRequest) -> ClaimedIdentity:
    """The person that PP_GET_USER_UUID names."""
    return ClaimedIdentity(
        email=request.user_email, name=request.user_fullname, icon=request.user_icon, signature=request.signature
    )


def identity(request: wire.IdentityRequest) -> ClaimedIdentity:
    """The person that PPCOM_GET_USER_UUID names. Raises Invalid for a bad time."""
    created, mobile = request.user_createtime, request.user_mobile
    if created is not None and not abs(created) < _FOREVER:
        raise Invalid("user_createtime", "is not a time in milliseconds since 1970")
    return ClaimedIdentity(
        user_id=str(request.user_id) if request.user_id is not None else None,
        email=request.user_email,
        name=request.user_name,
        icon=request.user_icon,
        mobile=str(mobile) if mobile is not None else None,
        company=request.company_name or request.company_fullname,
        registered_at=int(created) if created is not None else None,
        signature=request.signature,
    )


def detail(person: Person, owner: str | None) -> wire.UserDetail:
    """A user in full, as the caller may see them. `owner` is the account's owner, None for a caller who may not know."""
    first, _, last = person.name.partition(" ")
    is_agent = person.kind != _CONTACT
    return wire.UserDetail(
        uuid=person.id,
        user_fullname=person.name,
        user_firstname=first or None,
        user_lastname=last or None,
        pinyinname0=person.name,
        pinyinname1=person.name,
        user_name=person.email or None,
        user_email=person.email or None,
        user_icon=icon(person.id, person.icon),
        user_signature=person.signature,
        user_language=person.language,
        user_status=status(person, owner),
        service_user_status=service_status(person.presence),
        is_anonymous_user=person.is_anonymous,
        is_service_user=is_agent,
        is_owner_user=person.id == owner,
        is_distributor_user=person.is_distributor,
        is_browser_online=is_there(person.presence),
        is_mobile_online=False,
        ppcom_trace_uuid=person.trace,
        is_email_verified=None if is_agent else person.email_is_verified,
        user_mobile=person.mobile,
        user_company=person.company,
        user_id=person.user_id,
        createtime=moment(person.created_at),
        updatetime=moment(person.updated_at),
    )


def service_user(agent: Person, owner: str | None) -> wire.ServiceUser:
    """An agent in the list of all. `owner` is the account's owner, None for a caller who may not know."""
    return wire.ServiceUser(
        uuid=agent.id,
        user_fullname=agent.name,
        user_email=agent.email or None,
        user_icon=icon(agent.id, agent.icon),
        user_signature=agent.signature,
        updatetime=moment(agent.updated_at),
        group={"uuid": agent.group} if agent.group else None,
        is_browser_online=is_there(agent.presence),
        is_mobile_online=False,
        is_owner_user=agent.id == owner,
        is_distributor_user=agent.is_distributor,
        is_service_user=True,
    )


def _group(group: str | None, groups: Mapping[str, str]) -> dict[str, str] | None:
    return {"uuid": group, "group_name": groups[group]} if group and group in groups else None
