"""What did we win, and who won it?"""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from crm_app.goals.amounts import written
from crm_app.measures import asking
from crm_app.measures.catalogue import DIMENSION_LABELS, MEASURES
from crm_app.measures.figures import Figure, Series
from crm_app.reports.choosing import Choice, Options
from crm_app.reports.sheet import Cell, Column, Line, Report, nothing_before
from crm_app.web import charts, formats
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

USUAL = {"preset": "this_year", "by": "team", "every": "month", "comparison": "previous"}
# Six colours are told apart; the sixth stands for the others where more than six would need one.
_COLOURS = 6


def title() -> str:
    return _("What did we win, and who won it?")


def ask(choice: Choice, given: Options) -> Report:
    """A line for each owner, team or product that won anything, the greatest first; one statement, or two."""
    parts = choice.parts
    spans = [*parts, choice.period, *([choice.compared] if choice.compared else [])]
    labels = given.names.get(choice.by)
    groups, whole = asking.matrix_and_total("won_value", spans, choice.by, choice.scope, labels=labels)
    groups = [group for group in groups if group.figures[len(parts)].n or group.figures[-1].n]
    groups.sort(key=lambda group: (group.key is None, -Decimal(group.figures[len(parts)].value or 0)))
    is_comparable = bool(choice.compared and whole[-1].n)
    return Report(
        question="won",
        title=title(),
        answer=_answer(choice, groups, whole, len(parts)),
        chart=_chart(choice, groups, whole),
        keys=_keys(groups, choice),
        chart_title=_chart_title(choice),
        heading=str(DIMENSION_LABELS[choice.by]),
        columns=_columns(choice),
        table=lambda: (
            [_line(choice, group.label, group.figures, is_comparable, group.key) for group in groups],
            _line(choice, _("Total"), whole, is_comparable),
        ),
        definitions=[_definition()],
        notes=[*choice.unit_notes, *whole[len(parts)].notes],
        is_empty=not whole[len(parts)].n,
    )


def _definition() -> tuple[str, str, str]:
    measure = MEASURES["won_value"]
    return str(measure.label), str(measure.definition), str(measure.formula)


def _columns(choice: Choice) -> list[Column]:
    columns = [Column(_("Won value"), "money", is_sorted=True), Column(_("Won deals"), "count")]
    if choice.compared:
        columns += [Column(formats.period_label(choice.compared), "money", is_quiet=True)]
        columns += [Column(_("Change"), "change", of="money")]
    return columns + [Column(name, "money", is_quiet=True) for name in choice.short_names(choice.parts)]


def _line(choice: Choice, label: str, figures: Sequence[Figure], is_comparable: bool, *key) -> Line:
    """Where nothing at all was won before, nought would pass for a figure and everything since for a gain."""
    group = {choice.by: key[0]} if key else {}
    parts = choice.parts
    figure, opened = figures[len(parts)], choice.records("won_value", **group)
    cells = [Cell(figure.value, opened), Cell(figure.n, opened)]
    if is_comparable:
        before = figures[-1]
        cells += [Cell(before.value, choice.records("won_value", choice.compared, **group)), _change(figure, before)]
    elif choice.compared:
        cells += [Cell(), Cell()]
    cells += [
        Cell(part_figure.value, choice.records("won_value", part, **group))
        for part, part_figure in zip(parts, figures, strict=False)
    ]
    return Line(label, cells)


def _change(now: Figure, before: Figure) -> Cell:
    if now.value is None or before.value is None:
        return Cell()
    difference = now.value - before.value
    return Cell(difference, tone="up" if difference > 0 else "down" if difference < 0 else "")


def _answer(choice: Choice, groups: Sequence[Series], whole: Sequence[Figure], at: int) -> Markup:
    figure, name = whole[at], formats.period_label(choice.period)
    if not figure.n:
        return escape(_("Nothing was won in %(period)s.")) % {"period": name}
    facts = {
        "value": _bold(written(figure.value, "money", short=True)),
        "deals": _bold(formats.num(figure.n)),
        "period": name,
        "best": _bold(formats.isolate(groups[0].label)),
        "share": _bold(formats.percent(_share(groups[0].figures[at], figure))),
    }
    said = _("%(value)s from %(deals)s deals in %(period)s, %(share)s of it from %(best)s.")
    if figure.n == 1:
        said = _("%(value)s from one deal in %(period)s.")
    elif len(groups) == 1:
        said = _("%(value)s from %(deals)s deals in %(period)s.")
    sentences = (escape(said) % facts, _compared(choice, figure, whole[-1]))
    return escape(reader.space).join(sentence for sentence in sentences if sentence)


def _compared(choice: Choice, now: Figure, before: Figure) -> Markup:
    if choice.compared and not before.n:
        return nothing_before(choice.compared)
    if not choice.compared or not before.value or now.value is None:
        return Markup("")
    change = Decimal(now.value) / Decimal(before.value) - 1
    facts = {"change": _bold(formats.percent(abs(change))), "period": formats.period_label(choice.compared)}
    text = (
        _("That is %(change)s more than in %(period)s.")
        if change >= 0
        else _("That is %(change)s less than in %(period)s.")
    )
    return escape(text) % facts


def _share(part: Figure, whole: Figure) -> Decimal | None:
    return Decimal(part.value or 0) / Decimal(whole.value) if whole.value else None


def _chart(choice: Choice, groups: Sequence[Series], whole: Sequence[Figure]) -> Markup:
    """The first few stand for themselves, the rest together, so that a bar is always the whole."""
    parts = choice.parts
    shown = [charts.Series(group.label, _values(group.figures, len(parts))) for group in groups[: _alone(groups)]]
    rest = [_values(group.figures, len(parts)) for group in groups[_alone(groups) :]]
    if rest:
        shown.append(charts.Series(_("Others"), [sum(column) for column in zip(*rest, strict=True)]))
    shown = shown or [charts.Series("", [0.0] * len(parts))]
    total = written(whole[len(parts)].value, "money")
    return charts.stacked(choice.short_names(parts), shown, unit="money", title=_chart_title(choice), summary=total)


def _values(figures: Sequence[Figure], number: int) -> list[float]:
    return [float(figure.value or 0) for figure in figures[:number]]


def _keys(groups: Sequence[Series], choice: Choice) -> list[tuple[str, str]]:
    alone = _alone(groups)
    names = [group.label for group in groups[:alone]] + ([_("Others")] if len(groups) > alone else [])
    return [(name, f"color-{number}") for number, name in enumerate(names)]


def _alone(groups: Sequence[Series]) -> int:
    """How many stand for themselves: "others" are never just one."""
    return len(groups) if len(groups) <= _COLOURS else _COLOURS - 1


def _chart_title(choice: Choice) -> str:
    return _("Won value in %(period)s", period=formats.period_label(choice.period))


def _bold(text) -> Markup:
    return Markup("<b>{}</b>").format(text)
