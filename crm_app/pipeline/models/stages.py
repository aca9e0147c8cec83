"""Pipelines and their ordered stages."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm_app.extensions import db
from crm_app.web.text import match_key
from crm_app.web.texts import lazy_gettext as _l

KINDS = {"open": _l("Open"), "won": _l("Won"), "lost": _l("Lost")}


def stage_key(name: str) -> str:
    """What two names that mean one stage have in common."""
    return match_key(name)[:100]


class Pipeline(db.Model):
    """`stages` are those in use, in their order; a retired one is known to the past alone, through stays."""

    __tablename__ = "pipelines"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(default=0)

    stages: Mapped[list["Stage"]] = relationship(
        primaryjoin="and_(Pipeline.id == Stage.pipeline_id, Stage.retired_at.is_(None))",
        back_populates="pipeline",
        order_by="Stage.position",
        cascade="all, delete-orphan",
    )

    @property
    def open_stages(self) -> list["Stage"]:
        return [stage for stage in self.stages if stage.kind == "open"]

    @property
    def outcomes(self) -> list["Stage"]:
        """Where a deal's way ends: first where it is won, then where it is lost."""
        return [stage for kind in ("won", "lost") for stage in self.stages if stage.kind == kind]

    def stage_of_kind(self, kind: str) -> "Stage":
        """The first stage of a kind; each pipeline keeps one won and one lost stage at least."""
        return next(stage for stage in self.stages if stage.kind == kind)


class Stage(db.Model):
    """`probability` is per cent; `rot_days` is how long a deal may stay before it is called rotting: in days, or with
    `rots_in_working_days` in those on which the organisation works.

    `wip_limit` is how many deals may stand in the stage at a time, None for any number. `retired_at` is when an open
    stage went out of use: no deal stands in it, but the history of those that did keeps its name.
    """

    __tablename__ = "stages"

    id: Mapped[int] = mapped_column(primary_key=True)
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), default="")
    position: Mapped[int] = mapped_column(default=0)
    probability: Mapped[int] = mapped_column(default=0)
    rot_days: Mapped[int | None]
    rots_in_working_days: Mapped[bool] = mapped_column(default=False)
    wip_limit: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(8), default="open")
    retired_at: Mapped[datetime | None]

    pipeline: Mapped[Pipeline] = relationship(back_populates="stages")

    @property
    def is_open(self) -> bool:
        return self.kind == "open"

    @property
    def is_in_use(self) -> bool:
        return self.retired_at is None

    @property
    def hue(self) -> int:
        """Its colour: the stages of a pipeline take six in turn; 0, none of them, for one out of use."""
        return (self.position - 1) % 6 + 1 if self.is_in_use else 0

    @validates("name")
    def _set_key(self, _attribute: str, name: str) -> str:
        self.name_key = stage_key(name)
        return name
