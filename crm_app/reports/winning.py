"""How often do we win?"""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from crm_app.analytics.rates import FEW, differ, newcombe
from crm_app.measures import asking
from crm_app.measures.catalogue import DIMENSION_LABELS, MEASURES
from crm_app.measures.figures import Figure, Series
from crm_app.reports.choosing import Choice, Options
from crm_app.reports.sheet import Cell, Column, Line, Report, nothing_before
from crm_app.web import charts, formats
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

USUAL = {"preset": "this_year", "by": "owner", "comparison": "previous"}
# Fewer closed deals than this say nothing, so they are not ranked.
_RANKED = 5


def title() -> str:
    return _("How often do we win?")


def ask(choice: Choice, given: Options) -> Report:
    """A line for each group, by what its rate is at least; those with too few deals last. One statement, or two."""
    spans = [choice.period, *([choice.compared] if choice.compared else [])]
    labels = given.names.get(choice.by)
    groups, whole = asking.matrix_and_total("win_rate", spans, choice.by, choice.scope, labels=labels)
    groups = sorted((group for group in groups if group.figures[0].n), key=_order)
    return Report(
        question="win-rate",
        title=title(),
        answer=_answer(choice, groups, whole),
        chart=_chart(choice, groups, whole[0]),
        keys=[(_("Win rate"), ""), (interval_name(), "whisker")],
        chart_title=_("Win rate in %(period)s", period=formats.period_label(choice.period)),
        heading=str(DIMENSION_LABELS[choice.by]),
        columns=_columns(choice),
        table=lambda: (
            [_line(choice, group.label, group.figures, group.key) for group in groups],
            _line(choice, _("Total"), whole),
        ),
        definitions=[_definition()],
        notes=[*whole[0].notes, _closed(whole[0].n)],
        is_empty=not whole[0].n,
        drawn=[_drawn(first, len(groups)) for first in charts.FIRST],
    )


def interval_name() -> str:
    return _("%(share)s confidence interval", share=formats.percent(Decimal("0.95")))


def _closed(number: int) -> str:
    return ngettext("n = %(n)s deal won or lost.", "n = %(n)s deals won or lost.", number, n=formats.num(number))


def _order(group: Series) -> tuple[bool, Decimal]:
    figure = group.figures[0]
    return figure.n < _RANKED, -(figure.low or Decimal(0))


def _definition() -> tuple[str, str, str]:
    measure = MEASURES["win_rate"]
    more = _("The (Wilson) interval contains the true rate in 19 of 20 cases. Rows are sorted by its lower end.")
    return str(measure.label), f"{measure.definition}{reader.space}{more}", str(measure.formula)


def _columns(choice: Choice) -> list[Column]:
    columns = [
        Column(_("Won"), "count"),
        Column(_("Lost"), "count"),
        Column(_("Win rate"), "rate"),
        Column(interval_name(), "interval", is_quiet=True, is_sorted=True),
        Column(_("Closed"), "count"),
    ]
    if choice.compared:
        columns += [Column(formats.period_label(choice.compared), "rate", is_quiet=True)]
        columns += [Column(_("Change"), "change", of="rate")]
    return columns


def _line(choice: Choice, label: str, figures: Sequence[Figure], *key) -> Line:
    group = {choice.by: key[0]} if key else {}
    figure = figures[0]
    lost = figure.n - int(figure.numerator)
    cells = [
        Cell(int(figure.numerator), choice.records("won_deals", **group)),
        Cell(lost, choice.records("lost_deals", **group)),
        Cell(figure.value, choice.records("win_rate", **group)),
        Cell(figure.low, high=figure.high),
        Cell(figure.n, choice.records("win_rate", **group)),
    ]
    if choice.compared:
        before = figures[-1]
        cells += [Cell(before.value, choice.records("win_rate", choice.compared, **group)), _change(figure, before)]
    return Line(label, cells, is_dim=figure.n < FEW)


def _change(now: Figure, before: Figure) -> Cell:
    """A tone only where the interval of the difference leaves out nought."""
    if now.value is None or before.value is None:
        return Cell()
    difference = Decimal(now.value) - Decimal(before.value)
    is_clear = differ(newcombe(int(now.numerator), now.n, int(before.numerator), before.n))
    return Cell(difference, tone=("up" if difference > 0 else "down") if is_clear else "unclear")


def _answer(choice: Choice, groups: Sequence[Series], whole: Sequence[Figure]) -> Markup:
    figure, name = whole[0], formats.period_label(choice.period)
    if figure.value is None or figure.low is None:
        return escape(_("No deal was won or lost in %(period)s, so there is no rate.")) % {"period": name}
    facts = {
        "rate": _bold(formats.percent(figure.value, 1)),
        "won": formats.num(int(figure.numerator)),
        "n": formats.num(figure.n),
        "low": formats.percent(figure.low, 1),
        "high": formats.percent(figure.high, 1),
        "period": name,
    }
    said = _(
        "We win %(rate)s of the deals we close: %(won)s of %(n)s in %(period)s. The true rate is between "
        "%(low)s and %(high)s."
    )
    sentences = [escape(said) % facts, _best(groups), _compared(choice, whole)]
    return escape(reader.space).join(sentence for sentence in sentences if sentence)


def _best(groups: Sequence[Series]) -> Markup:
    sure = [group for group in groups if group.figures[0].n >= FEW]
    if len(sure) < 2:
        return Markup("")
    facts = {"best": _bold(formats.isolate(sure[0].label)), "low": formats.percent(sure[0].figures[0].low, 1)}
    return escape(_("The most reliable is %(best)s, with at least %(low)s.")) % facts


def _compared(choice: Choice, whole: Sequence[Figure]) -> Markup:
    if choice.compared and not whole[-1].n:
        return nothing_before(choice.compared)
    if not choice.compared or whole[-1].value is None or whole[0].value is None:
        return Markup("")
    change, before = _change(whole[0], whole[-1]), whole[-1]
    facts = {"before": formats.percent(before.value, 1), "period": formats.period_label(choice.compared)}
    text = {
        "up": _("That is clearly more than %(before)s in %(period)s."),
        "down": _("That is clearly less than %(before)s in %(period)s."),
    }.get(change.tone, _("No clear difference from the %(before)s of %(period)s."))
    return escape(text) % facts


def _chart(choice: Choice, groups: Sequence[Series], whole: Figure) -> Markup:
    rows = [_interval(group.label, group.figures[0]) for group in groups] or [_interval(_("Total"), whole)]
    summary = _("Overall win rate: %(rate)s.", rate=formats.percent(whole.value, 1))
    title = _("Win rate in %(period)s", period=formats.period_label(choice.period))
    return charts.with_intervals(rows, title=title, summary=summary, are_people=choice.by == "owner")


def _drawn(first: int, number: int) -> str:
    if number <= first:
        return ""
    return _("The first %(shown)s of %(all)s", shown=formats.num(first), all=formats.num(number))


def _interval(label: str, figure: Figure) -> charts.Interval:
    value, low, high = (None if v is None else float(v) for v in (figure.value, figure.low, figure.high))
    return charts.Interval(label, value, low, high, figure.n < FEW)


def _bold(text) -> Markup:
    return Markup("<b>{}</b>").format(text)
