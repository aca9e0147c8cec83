"""Stages as a file names them: those of a pipeline, Won and Lost in three languages, or a new pipeline's own."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from crm_app.exchange.cells import CellError, short
from crm_app.exchange.kinds.kind import ChangedMeanwhileError
from crm_app.exchange.matching import Entry, Lookup
from crm_app.extensions import db
from crm_app.pipeline.models import Pipeline, Stage
from crm_app.pipeline.queries import pipelines
from crm_app.web.text import fold, match_key
from crm_app.web.texts import gettext as _

_CLOSED = {
    "won": "won,closed won,close won,win,successful,"
    "برنده,برنده شده,موفق,فروش موفق,بسته موفق,برد,"
    "赢单,成交,已成交,已赢单,成功,胜出",
    "lost": "lost,closed lost,close lost,lose,loss,unsuccessful,"
    "از دست رفته,ازدست رفته,ناموفق,فروش ناموفق,شکست,باخت,"
    "丢单,输单,失败,已丢失,已失败,流失",
}
_OPEN = frozenset(
    map(match_key, ("open", "in progress", "active", "باز", "در جریان", "جاری", "进行中", "跟进中", "开放"))
)
_WORDS = {kind: frozenset(map(match_key, words.split(","))) for kind, words in _CLOSED.items()}
# From early to late, as businesses name them; what is not here keeps the order of the file, after these.
_ORDER = (
    "lead,new lead,new,open,incoming,inquiry,سرنخ,سرنخ جدید,جدید,线索,新线索,新建",
    "prospecting,prospect,contacted,contact made,first contact,اولین تماس,تماس,مشتری احتمالی,初步接触,联系,潜在客户",
    "qualification,qualified,qualifying,discovery,needs analysis,واجد شرایط,ارزیابی,نیازسنجی,资格确认,需求分析,合格",
    "engaging,engaged,meeting,demo,presentation,demo scheduled,appointment scheduled,جلسه,ارائه,دمو,会议,演示,接洽",
    "proposal,proposal made,quote,quotation,offer,proposal sent,پیشنهاد,پیش فاکتور,پیشنهاد قیمت,方案,报价,提案",
    "negotiation,negotiating,negotiations started,commitment,decision maker bought in,contract,contract sent,"
    "مذاکره,قرارداد,谈判,商务谈判,合同",
)  # fmt: skip
_PLACE = {match_key(word): place for place, words in enumerate(_ORDER) for word in words.split(",")}


def kind_of(text: str) -> str:
    """`won`, `lost`, or `open` for every other name of a stage."""
    key = match_key(text)
    return next((kind for kind, words in _WORDS.items() if key in words), "open")


def outcome(cell: str) -> str:
    """`won`, `lost` or `open`, by any of the words for it."""
    kind = kind_of(cell)
    if kind == "open" and match_key(cell) not in _OPEN:
        raise CellError(_("“%(text)s” is not open, won or lost.", text=short(cell)))
    return kind


class Stages:
    """The stages that deals may go to: of a pipeline that is there, or of one that the import makes."""

    def __init__(self, pipeline_id: int | None, new_pipeline: str):
        self.pipeline = None if new_pipeline else _pipeline(pipeline_id)
        self.pipeline_id = self.pipeline.id if self.pipeline else None
        self.new_name = new_pipeline
        self.name = self.pipeline.name if self.pipeline else new_pipeline
        self.kinds: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self._real: dict[int, int] = {}
        if self.pipeline:
            for stage in self.pipeline.stages:
                self._know(stage.id, stage.name, stage.kind)

    def _know(self, id_: int, name: str, kind: str) -> None:
        self.names[id_], self.kinds[id_] = name, kind

    def meet(self, texts: Iterable[str]) -> None:
        """For a new pipeline, take the stages from the file; they go by negative ids until they are made."""
        if not self.new_name:
            return
        found: dict[str, str] = {}
        closed = {"won": _("Won"), "lost": _("Lost")}
        for text in dict.fromkeys(texts):
            kind = kind_of(text)
            if kind != "open":
                closed[kind] = text[:100]
            elif match_key(text):
                found.setdefault(match_key(text), text[:100])
        names = list(found.values())
        ordered = sorted(names, key=lambda name: (_PLACE.get(match_key(name), len(_ORDER)), names.index(name)))
        for place, name in enumerate(ordered or [_("Open")], 1):
            self._know(-place, name, "open")
        self._know(-901, closed["won"], "won")
        self._know(-902, closed["lost"], "lost")

    @property
    def open_ids(self) -> list[int]:
        """In the order of the board."""
        return [id_ for id_, kind in self.kinds.items() if kind == "open"]

    def worked_in(self, deals: Mapping[int, int]) -> int:
        """Of the open stages, the one with most deals."""
        return max(self.open_ids, key=lambda id_: deals.get(id_, 0), default=0)

    def of_kind(self, kind: str) -> int:
        return next(id_ for id_, this in self.kinds.items() if this == kind)

    def lookup(self) -> Lookup:
        """Stages by name; the first won and lost stage also by the words for it, where no stage is so called."""
        named = {match_key(name) for name in self.names.values()}
        words = {
            self.of_kind(kind): tuple(word for word in _CLOSED[kind].split(",") if match_key(word) not in named)
            for kind in ("won", "lost")
        }
        return Lookup((Entry(id_, name, words.get(id_, ())) for id_, name in self.names.items()), is_vocabulary=True)

    def meant(self, stage: Entry) -> Any:
        """The id of a stage that was looked up here or, by its name alone, in all pipelines; None where none is."""
        if not isinstance(stage.id, str):
            return stage.id
        found = self._by_name.find(stage.name)
        return found.id if found else None

    @cached_property
    def _by_name(self) -> Lookup:
        return self.lookup()

    def say_unknown(self, text: str) -> str:
        return _("The pipeline “%(pipeline)s” has no stage “%(text)s”.", pipeline=self.name, text=text)

    def state(self) -> list[list[Any]]:
        """Id, name and kind of each stage of a new pipeline, for whoever writes what was planned; else nothing."""
        return [[id_, name, self.kinds[id_]] for id_, name in self.names.items()] if self.new_name else []

    def take_up(self, state: Sequence[Sequence[Any]]) -> None:
        for id_, name, kind in state:
            self._know(id_, name, kind)

    def stand(self, pen: Any) -> None:
        """Let the new pipeline be there: made by this import, once. Raises ChangedMeanwhileError."""
        if self.pipeline_id is not None:
            return
        made = pen.made_so_far(Pipeline)
        pipeline = db.session.get(Pipeline, made[0]) if made else self._make(pen)
        found = {stage.name: stage.id for stage in pipeline.stages} if pipeline else {}
        if pipeline is None or not found.keys() >= set(self.names.values()):
            raise ChangedMeanwhileError
        self.pipeline_id = pipeline.id
        self._real = {id_: found[name] for id_, name in self.names.items()}

    def _make(self, pen: Any) -> Pipeline:
        if match_key(self.new_name) in map(match_key, db.session.scalars(select(Pipeline.name))):
            raise ChangedMeanwhileError
        last = db.session.scalar(select(func.max(Pipeline.position))) or 0
        pipeline = Pipeline(name=self.new_name, position=last + 1)
        opens = self.open_ids
        for position, (id_, name) in enumerate(self.names.items(), 1):
            kind = self.kinds[id_]
            chance = {"won": 100, "lost": 0}.get(kind) if kind != "open" else _chance(opens.index(id_), len(opens))
            pipeline.stages.append(Stage(name=name, position=position, probability=chance, kind=kind))
        db.session.add(pipeline)
        db.session.flush()
        pen.ledger.made(Pipeline.__tablename__, [pipeline.id])
        return pipeline

    def real_id(self, id_: int) -> int:
        """The id in the database; those of a new pipeline go by negative ones until it is made."""
        return id_ if id_ > 0 else self._real[id_]


class Pipelines:
    """The stages of every pipeline, for a file that says in which one each deal is."""

    def __init__(self, chosen: Stages):
        self.chosen = chosen
        ids = [pipeline.id for pipeline in db.session.scalars(pipelines())]
        self._stages = {id_: chosen if id_ == chosen.pipeline_id else Stages(id_, "") for id_ in ids}

    def all(self) -> list[Stages]:
        return list(dict.fromkeys((self.chosen, *self._stages.values())))

    def of(self, pipeline_id: int | None) -> Stages:
        """Those of the chosen one where a row names none. Raises ChangedMeanwhileError for one that was deleted."""
        if pipeline_id is None or self.chosen.new_name:
            return self.chosen
        if pipeline_id not in self._stages:
            raise ChangedMeanwhileError
        return self._stages[pipeline_id]

    def lookup(self) -> Lookup:
        if self.chosen.new_name:
            return _Whatever(())
        return Lookup((Entry(id_, stages.name) for id_, stages in self._stages.items()), is_vocabulary=True)

    def stage_lookup(self) -> Lookup:
        """Names of stages, each with itself for an id: which stage is meant depends on the pipeline of the row."""
        entries = [entry for stages in self.all() for entry in stages.lookup().entries]
        named = {fold(entry.name): entry for entry in reversed(entries)}
        words = {fold(word): key for key, entry in named.items() for word in entry.others if fold(word) not in named}
        return Lookup(
            (
                Entry(entry.name, entry.name, tuple(word for word in entry.others if words.get(fold(word)) == key))
                for key, entry in named.items()
            ),
            is_vocabulary=True,
        )


class _Whatever(Lookup):
    """A new pipeline takes all rows, whichever one they name."""

    def find(self, text: str) -> Entry | None:
        return Entry(None, text)


def _chance(place: int, stages: int) -> int:
    """Spread evenly: of three open stages 25, 50 and 75 per cent."""
    return round(100 * (place + 1) / (stages + 1))


def _pipeline(pipeline_id: int | None) -> Pipeline | None:
    pipelines = select(Pipeline).options(selectinload(Pipeline.stages)).order_by(Pipeline.position, Pipeline.id)
    if pipeline_id is not None:
        pipelines = pipelines.where(Pipeline.id == pipeline_id)
    return db.session.scalars(pipelines.limit(1)).first()
