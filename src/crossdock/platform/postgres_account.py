"""Whose rights the embedded PostgreSQL has, and by which name it knows who runs Crossdock."""

from __future__ import annotations

import contextlib
import os
import pwd
from pathlib import Path

from crossdock.platform.process_guard import Account

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2


def possible_accounts(pgdata: Path) -> list[Account]:
    """Accounts for PostgreSQL, which runs neither as root nor as a user without a name; the best one first."""
    uid = os.geteuid()
    if uid != 0 and _user_name(uid) is not None:
        return [Account()]
    owner = pgdata.stat() if pgdata.exists() else None
    accounts = []
    if owner is None or owner.st_uid == uid:
        # Not `nobody`: inside the namespace every user from outside looks like that one.
        accounts += [
            Account("user_namespace", user.pw_uid, user.pw_gid) for user in _users("postgres", "daemon", "bin")
        ][:1]
    if uid == 0:
        if owner is not None and owner.st_uid != 0:
            others = [(owner.st_uid, owner.st_gid)]
        else:
            others = [(user.pw_uid, user.pw_gid) for user in _users("postgres", "nobody")][:1]
        # With a capability only where a folder on the way is closed; a container may lack the first of the two.
        for capability in (None, _CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
            accounts += [Account("other_user", *other, capability) for other in others]
    return accounts


def _users(*names: str) -> list[pwd.struct_passwd]:
    found = []
    for name in names:
        with contextlib.suppress(KeyError):
            found.append(pwd.getpwnam(name))
    return found


def _user_name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def client_names(account: Account) -> list[str]:
    """Names under which the server sees those who may connect: the user who runs Crossdock, and root."""
    uids = {account.uid} if account.kind == "user_namespace" else {os.geteuid(), 0}
    return sorted(name for uid in uids if (name := _user_name(uid)) is not None)
