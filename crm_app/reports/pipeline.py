"""What is in the pipeline?"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, select

from crm_app.extensions import db
from crm_app.goals.amounts import written
from crm_app.measures import asking, observed
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.figures import Figure
from crm_app.pipeline.models import Pipeline, Stage
from crm_app.reports.choosing import Choice, Options
from crm_app.reports.sheet import Cell, Column, Line, Report
from crm_app.web import charts, formats
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

USUAL = {"preset": "this_quarter", "comparison": "previous"}
_NOTHING = Figure(0, n=0)
# A stage, its figures in each period asked for, and its weighted value.
Row = tuple[Stage, Sequence[Figure], Figure]


def title() -> str:
    return _("What is in the pipeline?")


def ask(choice: Choice, given: Options) -> Report:
    """A line for each open stage in board order; a stage without deals counts as nought, one out of use not at all."""
    stages = db.session.scalars(_stages(choice, select(Stage))).all()
    labels = {stage.id: stage.name for stage in stages}
    spans = [choice.period, *([choice.compared] if choice.compared else [])]
    measures = [MEASURES["open_value"], MEASURES["weighted_value"]]
    (opened, whole), (weighted, likely) = asking.matrices(measures, spans, "stage", choice.scope, labels=labels)
    values = {group.key: group.figures for group in opened}
    worth = {group.key: group.figures[0] for group in weighted}
    empty = [_NOTHING] * len(spans)
    shown = [stage for stage in stages if stage.is_in_use or stage.id in values]
    has_begun, expected = whole[0].value is not None, likely[0]
    rows = [(stage, values.get(stage.id, empty), worth.get(stage.id, _NOTHING)) for stage in shown if has_begun]
    return Report(
        question="pipeline",
        title=title(),
        answer=_answer(choice, whole, expected) if has_begun else _to_come(choice),
        chart=_chart(rows, whole[0]),
        keys=[(_("Value"), ""), (_("Weighted value"), "ghost")] if whole[0].value else [(_("Deals"), "")],
        chart_title=_chart_title(whole[0]),
        heading=_("Stage"),
        columns=_columns(choice),
        table=lambda: _table(choice, rows, whole, expected) if has_begun else ([], None),
        definitions=[*(_definition(key) for key in ("open_value", "weighted_value")), _observed_definition()],
        notes=whole[0].notes,
        frame="chart-frame--compared" if whole[0].value else "",
        is_empty=not whole[0].n,
    )


def _stages(choice: Choice, stages: Select[Any]) -> Select[Any]:
    """The open ones in board order."""
    stages = stages.join(Pipeline, Pipeline.id == Stage.pipeline_id).where(Stage.kind == "open")
    if choice.scope.pipeline_id is not None:
        stages = stages.where(Stage.pipeline_id == choice.scope.pipeline_id)
    return stages.order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id)


def _table(
    choice: Choice, rows: Sequence[Row], whole: Sequence[Figure], expected: Figure
) -> tuple[Sequence[Line], Line]:
    """With the observed probability of each stage, for which all that was ever closed is gone through."""
    found = db.session.execute(_stages(choice, observed.stages(choice.scope)))
    rates = {row[0]: observed.win_rate(row) for row in found}
    observed_worth = sum(_times(figures[0], rates[stage]) for stage, figures, _weighted in rows)
    return [_line(choice, *row, rates[row[0]]) for row in rows], _total(choice, whole, expected, observed_worth)


def _definition(key: str) -> tuple[str, str, str]:
    measure = MEASURES[key]
    return str(measure.label), str(measure.definition), str(measure.formula)


def _observed_definition() -> tuple[str, str, str]:
    return (
        _("Observed probability"),
        _(
            "The share of deals won among closed deals that were ever in this stage. With few deals, it stays "
            "close to the probability set for the stage."
        ),
        _("(Won + 20 × probability of the stage) ÷ (Closed + 20)"),
    )


def _times(figure: Figure, rate: Decimal) -> int:
    return int((Decimal(figure.value or 0) * rate).to_integral_value(ROUND_HALF_UP))


def _columns(choice: Choice) -> list[Column]:
    columns = [
        Column(_("Deals"), "count"),
        Column(_("Value"), "money"),
        Column(_("Probability"), "rate", is_quiet=True, places=0),
        Column(_("Weighted value"), "money"),
        Column(_("Observed probability"), "rate", is_quiet=True, places=0),
        Column(_("Weighted by observed probability"), "money", is_quiet=True),
    ]
    if choice.compared:
        columns += [Column(_as_of(choice.compared), "money", is_quiet=True), Column(_("Change"), "change", of="money")]
    return columns


def _line(choice: Choice, stage: Stage, figures: Sequence[Figure], weighted: Figure, rate: Decimal) -> Line:
    opened = choice.records("open_value", stage=stage.id)
    cells = [
        Cell(figures[0].n, opened),
        Cell(figures[0].value or 0, opened),
        Cell(Decimal(stage.probability) / 100),
        Cell(weighted.value or 0, choice.records("weighted_value", stage=stage.id)),
        Cell(rate),
        Cell(_times(figures[0], rate)),
    ]
    if choice.compared:
        url = choice.records("open_value", choice.compared, stage=stage.id)
        cells += [Cell(figures[1].value or 0, url), _change(figures)]
    return Line(stage.name, cells, hue=stage.hue, note="" if stage.is_in_use else _("no longer used"))


def _total(choice: Choice, whole: Sequence[Figure], weighted: Figure, as_observed: int) -> Line:
    opened = choice.records("open_value")
    cells = [Cell(whole[0].n, opened), Cell(whole[0].value, opened), Cell()]
    cells += [Cell(weighted.value, choice.records("weighted_value")), Cell(), Cell(as_observed)]
    if choice.compared:
        cells += [Cell(whole[1].value, choice.records("open_value", choice.compared)), _change(whole)]
    return Line(_("Total"), cells)


def _change(figures: Sequence[Figure]) -> Cell:
    difference = (figures[0].value or 0) - (figures[1].value or 0)
    return Cell(difference, tone="up" if difference > 0 else "down" if difference < 0 else "")


def _as_of(period) -> str:
    """The end of a period that is over, today for one that is not."""
    return formats.day(min(period.last_day, reader.today()))


def _to_come(choice: Choice) -> Markup:
    return escape(_("%(period)s has not started.")) % {"period": formats.period_label(choice.period)}


def _answer(choice: Choice, whole: Sequence[Figure], weighted: Figure) -> Markup:
    day = _as_of(choice.period)
    if not whole[0].n:
        return escape(_("No deals are open on %(day)s.")) % {"day": day}
    if not whole[0].value:
        said = _("Deals open on %(day)s: %(deals)s, none of them with a value yet.")
        return escape(said) % {"deals": _bold(formats.num(whole[0].n)), "day": day}
    facts = {
        "deals": _bold(formats.num(whole[0].n)),
        "value": _bold(written(whole[0].value, "money", short=True)),
        "weighted": _bold(written(weighted.value, "money", short=True)),
        "day": day,
    }
    said = _("%(deals)s open deals are worth %(value)s on %(day)s, or %(weighted)s weighted by stage.")
    if whole[0].n == 1:
        said = _("One open deal is worth %(value)s on %(day)s, or %(weighted)s weighted by stage.")
    return escape(reader.space).join(part for part in (escape(said) % facts, _compared(choice, whole)) if part)


def _compared(choice: Choice, whole: Sequence[Figure]) -> Markup:
    """Deals without a value make a sum smaller than what is open, so it is said how many have one on both days."""
    if not choice.compared or not whole[1].value or whole[0].value is None:
        return Markup("")
    now, before = whole
    change = Decimal(now.value or 0) / Decimal(before.value or 1) - 1
    facts = {"change": _bold(formats.percent(abs(change))), "day": _as_of(choice.compared)}
    more = _("The unweighted value is %(change)s more than on %(day)s.")
    less = _("The unweighted value is %(change)s less than on %(day)s.")
    sentence = escape(more if change >= 0 else less) % facts
    if not now.unpriced and not before.unpriced:
        return sentence
    counts = {"now": formats.num(now.n - now.unpriced), "before": formats.num(before.n - before.unpriced)}
    valued = escape(_("Deals with a value: %(now)s now, %(before)s then.")) % counts
    return escape(reader.space).join((sentence, valued))


def _chart(rows, whole: Figure) -> Markup:
    """Where no deal has a value yet, how many there are says more."""
    labels = [stage.name for stage, _figures, _worth in rows] or [""]
    title = _chart_title(whole)
    if not whole.value:
        counts = charts.Series(_("Deals"), [float(figures[0].n) for _s, figures, _w in rows] or [None])
        summary = formats.num(whole.n) if rows else ""
        return charts.bars(labels, [counts], unit="count", title=title, summary=summary, over_time=False)
    value = charts.Series(_("Value"), [float(figures[0].value or 0) for _s, figures, _w in rows])
    weighted = charts.Series(_("Weighted value"), [float(figure.value or 0) for _s, _f, figure in rows])
    summary = written(whole.value, "money")
    return charts.bars(labels, [value, weighted], unit="money", title=title, summary=summary, over_time=False)


def _chart_title(whole: Figure) -> str:
    return _("Value of open deals by stage") if whole.value else _("Open deals by stage")


def _bold(text) -> Markup:
    return Markup("<b>{}</b>").format(text)
