"""What the audit log tells of, in the reader's words."""

from collections.abc import Mapping
from typing import Any

from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import lazy_pgettext

VERBS: Mapping[str, Any] = {
    "founded": _l("Set up Peyvand"),
    "signed in": _l("Signed in"),
    "sign-in failed": _l("Failed to sign in"),
    "signed out": _l("Signed out"),
    "session ended": _l("Signed out another device"),
    "password changed": _l("Changed the password"),
    "password set by link": _l("Set a password using a link"),
    "code refused": _l("Entered an incorrect code"),
    "second step on": _l("Turned on two-step sign-in"),
    "second step off": _l("Turned off two-step sign-in"),
    "passkey added": _l("Added a passkey"),
    "passkey removed": _l("Removed a passkey"),
    "passkey refused": _l("Failed to sign in with a passkey"),
    "recovery codes renewed": _l("Created new recovery codes"),
    "refused": _l("Was denied access"),
    "took along": _l("Exported a file"),
    "backup made": _l("Requested a backup"),
    "backup put back": _l("Restored a backup"),
    "demo filled": _l("Created the demo company"),
    "demo removed": _l("Removed the demo company"),
    "users added": _l("Added a user"),
    "users changed": _l("Changed a user"),
    "users disabled": _l("Disabled a user"),
    "users enabled": _l("Enabled a user"),
    "users given a password link": _l("Created a password link"),
    "users invited": _l("Invited a user"),
    "password reset asked": _l("Requested a new password"),
    "users second step off": _l("Turned off a user’s two-step sign-in"),
    "users passkeys removed": _l("Removed a user’s passkeys"),
    "users imported": _l("Imported a user"),
    "users import undone": _l("Undid the import of a user"),
    "teams added": _l("Added a team"),
    "teams changed": _l("Changed a team"),
    "teams deleted": _l("Deleted a team"),
    "organisations changed": _l("Changed the organisation"),
    "pipelines created": _l("Added a pipeline"),
    "pipelines changed": _l("Changed a pipeline"),
    "pipelines deleted": _l("Deleted a pipeline"),
    "pipelines stage merged": _l("Merged a stage"),
    "pipelines stage deleted": _l("Deleted a stage"),
}
FACTS: Mapping[str, Any] = {
    "name": _l("Name"),
    "email": _l("Email"),
    "role": _l("Role"),
    "team": _l("Team"),
    "manager": _l("Manager"),
    "region": _l("Region"),
    "members": _l("Members"),
    "currency": _l("Currency"),
    "time_zone": _l("Time zone"),
    "calendar_name": _l("Calendar"),
    "country": _l("Country"),
    "stage": _l("Stage"),
    "stages": _l("Stages"),
    "count": lazy_pgettext("audit", "Number"),
    "method": lazy_pgettext("audit", "Method"),
    "query": lazy_pgettext("audit", "Query"),
    "file": _l("File"),
    "second_step": _l("Two-step sign-in"),
    "passkey": _l("Passkey"),
}


def of_verb(verb: str) -> str:
    return str(VERBS.get(verb, verb))


def details(particulars: Mapping[str, Any]) -> str:
    """The particulars in a line: `Role: rep → manager; Team: North`."""
    told = [_one(name, value) for name, value in particulars.items() if name != "changes" and value not in ("", None)]
    changes = particulars.get("changes") or {}
    told += [f"{_label(name)}: {_change(value)}" for name, value in changes.items()]
    return "; ".join(told)


def _one(name: str, value: Any) -> str:
    return f"{_label(name)}: {_plain(value)}"


def _label(name: str) -> str:
    return str(FACTS.get(name, name.replace("_", " ")))


def _change(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        # The arrow points where reading goes.
        before, after = _plain(value[0]), _plain(value[1])
        return f"{before} \N{RIGHTWARDS ARROW} {after}"
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
