"""Accounts: what is written over several tables at once when one is opened, changes a secret, or goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.models import people
from chalicelib.models.base import transaction
from chalicelib.models.people import Person
from chalicelib.models.settings import Setting
from chalicelib.models.tokens import Token
from chalicelib.models.unique_names import UniqueName


@dataclass(frozen=True, slots=True)
class New:
    """A new account: its document, its owner with the names that are his, its clients' keys and secrets."""

    setting: Setting
    owner: Person
    names: list[UniqueName]
    clients: list[UniqueName]
    secrets: list[Token]


def open_(new: New, login: UniqueName | None = None, others: Sequence[str] = ()) -> None:
    """Stores an account with its owner: one request. `login` is his, if he has one, and `others` what he owns then.

    Raises Refused where the account's id or one of the names is taken, or the login has changed.
    """
    with transaction() as write:
        write.save(new.setting)
        people.add(write, new.owner, new.names)
        for row in new.clients:
            write.save(row, condition=UniqueName.key.does_not_exist())
        for secret in new.secrets:
            write.save(secret)
        if login:
            _owns(write, login, login.account, others)


def change_secret(setting: Setting, document: dict[str, Any], secret: Token, ending: Token, old: str | None) -> None:
    """Stores a client's new secret over the version read, drops the old one and ends the tokens that it gave. Raises Refused
    where the account has been changed.
    """
    setting.document = document
    with transaction() as write:
        write.save(setting)
        write.save(secret)
        write.save(ending)
        if old:
            write.delete(Token(old))


def close(setting: Setting, document: dict[str, Any], ending: Token, login: UniqueName, heir: Person | None) -> None:
    """Marks an account as removed and ends all its tokens; its owner keeps his login where he owns another one.

    `heir` is his row in the account where he logs in from now on, with what it takes over; None where this one was not
    where he logs in, or his last.
    Raises Refused where something has changed since it was read.
    """
    setting.document = document
    with transaction() as write:
        write.save(setting)
        write.save(ending)
        others = [other for other in login.accounts or [] if other not in (setting.account, heir and heir.account)]
        if heir:
            people.inherit_login(write, heir)
            _owns(write, login, heir.account, others)
        elif login.account != setting.account:
            _owns(write, login, login.account, others)
        else:
            write.delete(login, condition=UniqueName.accounts.does_not_exist() & (UniqueName.id == login.id))


def _owns(write: TransactWrite, login: UniqueName, home: str, others: Sequence[str]) -> None:
    seen = UniqueName.accounts == login.accounts if login.accounts else UniqueName.accounts.does_not_exist()
    owned = UniqueName.accounts.set(list(others)) if others else UniqueName.accounts.remove()
    write.update(
        login, [UniqueName.account.set(home), owned], seen & (UniqueName.account == login.account) & (UniqueName.id == login.id)
    )
