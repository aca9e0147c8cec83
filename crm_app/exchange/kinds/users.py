"""Importing users with their teams, managers and regions: told apart by e-mail, else by name."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from crm_app.accounts.models import User
from crm_app.exchange import cells
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import USERS
from crm_app.exchange.kinds.kind import Kind, Problem, Row, name_key
from crm_app.exchange.kinds.teams import Teams
from crm_app.exchange.matching import Entry, Lookup
from crm_app.extensions import db
from crm_app.pipeline.crediting import carry_along
from crm_app.web import formats
from crm_app.web.reader import reader
from crm_app.web.text import sign_in_address, sort_key
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import ngettext

_COLUMNS = ("id", "name", "name_key", "email", "role", "team_id")
_ROLE_WORDS = {
    "owner": "Owner,admin,administrator,مالک,مدیر سیستم,管理员,所有者",
    "manager": "Manager,sales manager,team lead,team leader,مدیر,مدیر فروش,سرپرست,经理,销售经理,主管",
    "rep": "Rep,sales rep,sales representative,salesperson,sales agent,کارشناس,کارشناس فروش,销售,销售人员,销售代表",
    "agent": "Agent,support agent,support,پشتیبان,کارشناس پشتیبانی,客服",
    "viewer": "Viewer,read only,بیننده,ناظر,查看者,只读",
}


class Users(Kind):
    key = "users"
    model = User
    # Rows, managers and teams hang together, and there are never many.
    is_whole = True
    identities = ("email", "name")
    fields = (
        Field("name", _l("Name"), USERS["name"], cells.text(200), required=True),
        Field("email", _l("Email"), USERS["email"], cells.email),
        Field("role", _l("Role"), USERS["role"], to="roles"),
        Field("team", _l("Team"), USERS["team"], cells.text(200)),
        Field("manager", _l("Team manager"), USERS["manager"], cells.text(200)),
        Field("region", _l("Region"), USERS["region"], cells.text(200)),
    )  # fmt: skip

    def load(self) -> None:
        people = [dict(row._mapping) for row in db.session.execute(select(*(getattr(User, c) for c in _COLUMNS)))]
        self.remember(people)
        self.teams = Teams(people)
        self.lookups = {
            "roles": Lookup((Entry(role, *_named(words)) for role, words in _ROLE_WORDS.items()), is_vocabulary=True)
        }
        self._managers: dict[str, str] = {}

    def meet(self, texts_of: Callable[[str], Iterator[str]]) -> None:
        self._managers = {name_key(name): name for name in texts_of("manager") if name_key(name)}

    def identity(self, name: str, facts: Mapping[str, Any]) -> str | None:
        if name == "email":
            return sign_in_address(facts.get("email") or "") or None
        return name_key(facts.get("name") or "") or None

    def settle(self, row: Row) -> None:
        values = row.values
        row.facts = {name: values[name] for name in ("name", "email") if values.get(name)}
        key = name_key(row.facts["name"])
        if not key:
            self.refuse(row, "name", _("A name must contain a letter or a digit."))
        if values.get("role"):
            row.facts["role"] = values["role"].id
        if key in self._managers and row.facts.get("role", "manager") not in ("manager", "owner"):
            self.refuse(
                row, "role", _("“%(name)s” manages a team in this file, so the role is Manager.", name=values["name"])
            )
        self.teams.settle(row, self.refuse)

    def compare(self, row: Row) -> None:
        super().compare(row)
        assert row.known is not None
        if row.known["role"] == "owner" and row.changes.get("role"):
            self.refuse(row, "role", _("An owner’s role is changed in Settings, not by an import."))
        if self._is_promoted(row):
            row.changes["role"] = (row.known["role"], "manager")
        self.teams.compare(row)

    def fill(self, row: Row) -> None:
        super().fill(row)
        assert row.known is not None
        if self._is_promoted(row):
            # Whoever manages a team of the file has to be able to.
            row.changes["role"] = (row.known["role"], "manager")

    def _is_promoted(self, row: Row) -> bool:
        known = row.known
        return (
            bool(known) and name_key(row.facts["name"]) in self._managers and known["role"] not in ("manager", "owner")
        )

    def finish(self, rows: list[Row]) -> dict[int, Problem]:
        fine = [row for row in rows if not row.problems and not row.is_skipped]
        in_file = {name_key(row.facts["name"]) for row in fine}
        led_here = {name_key(row.values["manager"]) for row in fine if row.values.get("manager")}
        self._extra = {}
        for key in sorted(led_here - in_file):
            known = self._index.get(("name", key), [])
            if len(known) > 1:
                self._refuse_followers(rows, key, len(known))
            elif not known or known[0]["role"] not in ("manager", "owner"):
                self._extra[key] = known[0] if known else None
        self._managers = {key: name for key, name in self._managers.items() if key in led_here}
        self._tell([row for row in fine if not row.problems])
        return {}

    def _refuse_followers(self, rows: list[Row], key: str, count: int) -> None:
        for row in rows:
            if name_key(row.values.get("manager") or "") == key:
                row.problems.append(Problem(self.header_of["manager"], self.say_ambiguous(count)))

    def _tell(self, fine: list[Row]) -> None:
        """Say in the preview what comes along with the rows: managers and teams."""
        new = [self._managers[key] for key, known in self._extra.items() if known is None]
        promoted = [known["name"] for known in self._extra.values() if known is not None]
        if new:
            self.notes.append(
                ngettext(
                    "One manager will be added as well: %(names)s.",
                    "%(count)s managers will be added as well: %(names)s.",
                    len(new),
                    count=formats.num(len(new)),
                    names=_(", ").join(new),
                )
            )
        if promoted:
            self.notes.append(
                ngettext(
                    "One user will become a manager: %(names)s.",
                    "%(count)s users will become managers: %(names)s.",
                    len(promoted),
                    count=formats.num(len(promoted)),
                    names=_(", ").join(promoted),
                )
            )
        self.notes += self.teams.notes(fine)

    def write(self, rows: list[Row], pen: Any) -> None:
        new = [row for row in rows if row.becomes == "create"]
        extra = [
            Row(0, [], facts={"name": self._managers[key], "role": "manager"})
            for key, known in self._extra.items()
            if known is None
        ]
        pen.create(User, [*new, *extra], self.columns_of)
        promoted = [known for known in self._extra.values() if known is not None]
        pen.promote(User, promoted, role="manager")
        self.teams.write(self._manager_ids(new + extra), pen)
        for row in rows:
            if row.becomes == "update" and "team_id" in row.changes:
                row.changes["team_id"] = (row.changes["team_id"][0], self.teams.id_of(row))
        pen.update(User, rows)
        self.teams.fill(new)
        moved = [row.id for row in rows if row.becomes == "update" and "team_id" in row.changes]
        for person in db.session.scalars(select(User).where(User.id.in_(moved))):
            carry_along(person)

    def _manager_ids(self, new: list[Row]) -> dict[str, int]:
        ids = {key: known[0]["id"] for (name, key), known in self._index.items() if name == "name"}
        return ids | {name_key(row.facts["name"]): row.id for row in new if row.id}

    def columns_of(self, row: Row) -> dict[str, Any]:
        name = row.facts["name"]
        is_manager = name_key(name) in self._managers
        return {
            "name": name, "name_key": name_key(name), "sort_key": sort_key(name), "email": row.facts.get("email"),
            "role": row.facts.get("role") or ("manager" if is_manager else "rep"),
            "language": reader.language,
        }  # fmt: skip

    def say_unknown(self, field: Field, text: str) -> str:
        return _("“%(text)s” is not a role. Enter owner, manager, rep, agent or viewer.", text=text)

    def say_ambiguous(self, count: int) -> str:
        return _("%(count)s people have this name. Enter the email address instead.", count=count)


def _named(words: str) -> tuple[str, tuple[str, ...]]:
    name, *others = words.split(",")
    return name, tuple(others)
