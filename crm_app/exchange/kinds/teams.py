"""The teams that an import of users speaks of: found by name, by their manager, or made."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select, update

from crm_app.accounts.models import Team, User
from crm_app.exchange.kinds.kind import Row, name_key
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


class Teams:
    """A row's team goes by its name; without one by its manager, then by its region. `wanted` holds them by key."""

    def __init__(self, people: list[dict[str, Any]]):
        columns = (Team.id, Team.name, Team.name_key, Team.region, Team.manager_id)
        known = [dict(row._mapping) for row in db.session.execute(select(*columns))]
        names = {person["id"]: person["name_key"] for person in people}
        for team in known:
            team["manager"] = names.get(team["manager_id"], "")
        self._by_name = {team["name_key"]: team for team in known}
        self._by_manager = {team["manager"]: team for team in known if team["manager"]}
        self.wanted: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, int] = {team["name_key"]: team["id"] for team in known}

    def settle(self, row: Row, refuse: Callable[[Row, str, str], None]) -> None:
        """Note the team that the row names; refuse the row if an earlier one says otherwise of the same team."""
        manager = row.values.get("manager") or ""
        region = row.values.get("region") or ""
        name = self._name(row.values.get("team") or "", manager, region)
        key = name_key(name)
        if not key:
            return
        row.values["team_key"] = key
        team = self.wanted.setdefault(key, {"name": name, "manager": "", "region": "", "rows": {}})
        for fact, text in (("manager", manager), ("region", region)):
            if text and name_key(team[fact] or text) != name_key(text):
                said = _(
                    "Row %(row)s gives “%(other)s” for the team “%(team)s”. Enter the same in all rows of the team.",
                    row=formats.num(team["rows"][fact]), other=team[fact], team=team["name"],
                )  # fmt: skip
                refuse(row, fact, said)
            elif text and not team[fact]:
                team[fact], team["rows"][fact] = text, row.number

    def _name(self, name: str, manager: str, region: str) -> str:
        if name or not manager:
            return name or region
        known = self._by_manager.get(name_key(manager))
        return known["name"] if known else _("%(name)s’s team", name=manager)[:200]

    def compare(self, row: Row) -> None:
        key = row.values.get("team_key")
        if key is None or row.known is None:
            return
        known = self._by_name.get(key)
        if known is None or row.known["team_id"] != known["id"]:
            row.changes["team_id"] = (row.known["team_id"], key)

    def notes(self, fine: list[Row]) -> list[str]:
        self.wanted = {
            key: team for key, team in self.wanted.items() if any(r.values.get("team_key") == key for r in fine)
        }
        new = [team["name"] for key, team in self.wanted.items() if key not in self._by_name]
        changed = [team["name"] for key, team in self.wanted.items() if key in self._by_name and self._differs(key)]
        notes = []
        if new:
            notes.append(
                ngettext(
                    "One team will be added: %(names)s.",
                    "%(count)s teams will be added: %(names)s.",
                    len(new),
                    count=formats.num(len(new)),
                    names=formats.listed(new),
                )
            )
        if changed:
            notes.append(
                ngettext(
                    "One team will get a different manager or region: %(names)s.",
                    "%(count)s teams will get a different manager or region: %(names)s.",
                    len(changed),
                    count=formats.num(len(changed)),
                    names=formats.listed(changed),
                )
            )
        return notes

    def _differs(self, key: str) -> bool:
        wanted, known = self.wanted[key], self._by_name[key]
        manager = name_key(wanted["manager"])
        return bool(manager and manager != known["manager"]) or bool(
            wanted["region"] and wanted["region"] != known["region"]
        )

    def write(self, manager_ids: Mapping[str, int], pen: Any) -> None:
        """Make the missing teams and set managers and regions, once the managers have their ids."""
        for key, team in self.wanted.items():
            facts: dict[str, Any] = {"region": team["region"]} if team["region"] else {}
            if team["manager"]:
                facts["manager_id"] = manager_ids[name_key(team["manager"])]
            if key not in self._by_name:
                values = {"name": team["name"], "name_key": key, "region": ""} | facts
                (self._ids[key],) = made = pen.insert(Team, [values])
                pen.ledger.made(Team.__tablename__, made)
            elif facts and self._differs(key):
                with pen.ledger.watching(Team, [self._ids[key]]):
                    db.session.execute(update(Team).where(Team.id == self._ids[key]).values(**facts))

    def fill(self, new: list[Row]) -> None:
        members = [{"id": row.id, "team_id": self.id_of(row)} for row in new if row.values.get("team_key")]
        if members:
            db.session.execute(update(User), members)

    def id_of(self, row: Row) -> int:
        return self._ids[row.values["team_key"]]
