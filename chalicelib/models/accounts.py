"""Accounts: writes over several tables when an account is opened, gets a client's new secret, or is removed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.models import event_logs, people
from chalicelib.models.base import transaction
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.people import Person
from chalicelib.models.settings import Setting
from chalicelib.models.tokens import Token
from chalicelib.models.unique_names import UniqueName


class New(msgspec.Struct, frozen=True):
    """A new account: its document, its owner with their unique names, its clients' keys and secrets, and what is logged of it."""

    setting: Setting
    owner: Person
    names: list[UniqueName]
    clients: list[UniqueName]
    secrets: list[Token]
    log: Sequence[LogEntry]
    #: What is used up by it: a code for a first account.
    code: Token | None = None


def open_(new: New, login: UniqueName | None = None, others: Sequence[str] = ()) -> None:
    """Stores an account with its owner. One request. `login` is the owner's, if they have one, and `others` the accounts they
    then own.

    Raises ConditionFailed where the account's id or a name is taken, or the login has changed; and before these reasons that of
    a code, if there is one, which has been used.
    """
    with transaction() as write:
        if new.code:
            write.delete(new.code, condition=Token.digest.exists())
        write.save(new.setting)
        event_logs.add(write, new.log)
        people.add(write, new.owner, new.names)
        for row in new.clients:
            write.save(row, condition=UniqueName.key.does_not_exist())
        for secret in new.secrets:
            write.save(secret)
        if login:
            _owns(write, login, login.account, others)


def change_secret(
    setting: Setting, document: dict[str, Any], secret: Token, ending: Token, old: str | None, log: Sequence[LogEntry]
) -> None:
    """Stores a client's new secret, drops the old one and ends the tokens it issued.

    Raises ConditionFailed where the account has changed since it was read.
    """
    setting.document = document
    with transaction() as write:
        write.save(setting)
        event_logs.add(write, log)
        write.save(secret)
        write.save(ending)
        if old:
            write.delete(Token(old))


def close(
    setting: Setting,
    document: dict[str, Any],
    ending: Token,
    login: UniqueName,
    heir: Person | None,
    log: Sequence[LogEntry],
) -> None:
    """Marks an account as removed and ends all its tokens. Its owner keeps their login if they own another account.

    `heir` is the owner's row in the account where they log in from now on; None if they did not log in here, or this was their
    last one. Raises ConditionFailed where something has changed since it was read.
    """
    setting.document = document
    with transaction() as write:
        write.save(setting)
        event_logs.add(write, log)
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
