"""What can be done to many users at once: by the verbs of a single one, and under their rules."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_app.accounts import queries
from crm_app.accounts.models import ROLES, Team, User
from crm_app.bulk.actions import Action, Fact, Refused, by_id
from crm_app.extensions import db
from crm_app.settings import people
from crm_app.settings.forms.people import RoleForm, TeamForm
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_NOT_ONESELF = _l("You cannot disable yourself: %(count)s skipped.")


def of_users() -> list[Action]:
    return [_Team(), _Role(), _Disabling(), _Enabling()]


class _Ruled(Action):
    """Under the rules of a single user, each of which has its sentence."""

    oneself: Any = ""

    def because(self, reason: str, number: str) -> str:
        texts = {
            "oneself": self.oneself,
            "last owner": _l("At least one owner must be able to sign in: %(count)s skipped."),
            "no team": _l("The team no longer exists: %(count)s skipped."),
        }
        return str(texts[reason]) % {"count": number} if reason in texts else ""


class _Team(_Ruled, Fact):
    def __init__(self) -> None:
        super().__init__("team_id", _l("Team"), queries.visible_to, lambda _key: TeamForm())

    @property
    def note(self) -> str:
        return _("Their open deals will count for the new team. You can undo this for a day.")

    def meant(self, form: Any) -> dict[str, Any]:
        team = db.session.get(Team, form.team_id.data) if form.team_id.data else None
        return {"value": team.id if team else 0, "words": team.name if team else ""}

    def words(self, meant: Mapping[str, Any]) -> object:
        return meant["words"] or _("No team")

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        return _team_of(meant["value"], by_id(Team, {meant["value"]} - {0}))

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        before = record.team_id
        return {"value": before or 0} if people.move(record, value) else None

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        return by_id(Team, {before["value"] for before in befores} - {0})

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        people.move(record, _team_of(before["value"], value))


class _Role(_Ruled, Fact):
    oneself = _l("You cannot change your own role in a bulk change: %(count)s skipped.")

    def __init__(self) -> None:
        super().__init__("role", _l("Role"), queries.visible_to, lambda _key: RoleForm())

    @property
    def note(self) -> str:
        return _("Your own role and at least one owner are kept. You can undo this for a day.")

    def meant(self, form: Any) -> dict[str, Any]:
        return {"value": form.role.data}

    def words(self, meant: Mapping[str, Any]) -> object:
        return ROLES[meant["value"]]

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        return meant["value"], user

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        role, by = value
        before = record.role
        return {"value": before} if _appointed(record, role, by) else None

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        return user

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        _appointed(record, before["value"], value)


class _Disabling(_Ruled):
    oneself = _NOT_ONESELF
    icon, is_danger, verb = "lock", True, _l("Disable")

    def __init__(self) -> None:
        super().__init__("disabling", _l("Disable"), queries.visible_to)

    def title(self, counted: str) -> str:
        return _("Disable %(records)s", records=counted)

    def said(self, counted: str) -> str:
        return _("Disabled: %(records)s.", records=counted)

    @property
    def note(self) -> str:
        return _(
            "They are signed out everywhere immediately and keep the records they own. You cannot disable yourself."
        )

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        return user

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        return {} if _allowed(people.disable, record, value) else None

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        people.enable(record)


class _Enabling(_Ruled):
    oneself = _NOT_ONESELF
    icon = "user"

    def __init__(self) -> None:
        super().__init__("enabling", _l("Enable"), queries.visible_to)

    def title(self, counted: str) -> str:
        return _("Enable %(records)s", records=counted)

    def said(self, counted: str) -> str:
        return _("Enabled: %(records)s.", records=counted)

    @property
    def note(self) -> str:
        return _("They can sign in again, each with their password or link as before.")

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        return {} if people.enable(record) else None

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        return user

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        _allowed(people.disable, record, value)


def _team_of(team_id: int, teams: Mapping[int, Team]) -> Team | None:
    """None for no team; refused where the team is gone since."""
    if team_id and team_id not in teams:
        raise Refused("no team")
    return teams.get(team_id)


def _appointed(person: User, role: str, by: User) -> bool:
    """An owner may step down alone, on their own page, but not by picking themselves along with others."""
    if person.id == by.id and person.role != role:
        raise Refused("oneself")
    return _allowed(people.appoint, person, role)


def _allowed(verb: Any, *given: Any) -> bool:
    """Do it, unless the rules of a single user forbid it; the next one is judged by what this one left."""
    try:
        has_changed = verb(*given)
    except people.RefusedError as refusal:
        raise Refused(refusal.reason) from refusal
    db.session.flush()
    return has_changed
