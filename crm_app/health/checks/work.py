"""Checks of the work in the background: somebody does it, it does not pile up, and none of it was given up."""

from collections.abc import Iterator
from datetime import timedelta

from crm_app.backups.wholeness import Limit
from crm_app.extensions import utc_now
from crm_app.health import facts
from crm_app.health.findings import Finding, fine, problem, warning
from crm_app.jobs import jobs
from crm_app.refusals import of_queue
from crm_app.web.formats import ago, num
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

LONG_SECONDS = 15 * 60


def worker(_limit: Limit) -> Iterator[Finding]:
    now, workers = utc_now(), facts.workers()
    alive = sum((now - one.seen_at).total_seconds() < facts.SILENT_SECONDS for one in workers)
    if alive:
        yield fine(ngettext("%(count)s worker lives.", "%(count)s workers live.", alive, count=num(alive)))
        return
    if workers:
        said = _("The worker was last heard of %(ago)s.", ago=ago(workers[0].seen_at, now))
    else:
        said = _("No worker was heard of today.")
    yield problem(
        said,
        _("Start it: crm serve runs one, or crm worker. Without it no import, backup or large change goes on."),
    )


def queue(_limit: Limit) -> Iterator[Finding]:
    try:
        waiting = jobs.waiting()
    except of_queue() as error:
        yield problem(
            _("The queue of jobs does not answer (%(reason)s).", reason=error),
            _("Look whether Redis runs at REDIS_URL; without Redis, whether the folder of the instance is writable."),
        )
        return
    if waiting.seconds > LONG_SECONDS:
        now = utc_now()
        yield warning(
            _(
                "The first job in the queue was asked for %(ago)s.",
                ago=ago(now - timedelta(seconds=waiting.seconds), now),
            ),
            _("Look into the log of the worker: it may be busy with something long, or stuck."),
        )
    elif waiting.jobs:
        yield fine(ngettext("%(count)s job waits.", "%(count)s jobs wait.", waiting.jobs, count=num(waiting.jobs)))
    else:
        yield fine(_("No job waits."))


def parked(_limit: Limit) -> Iterator[Finding]:
    number = facts.parked()
    if number:
        yield warning(
            ngettext(
                "%(count)s job failed as often as it was tried.", "%(count)s jobs failed as often as they were tried.",
                number, count=num(number),
            ),
            _("They stand under Settings, Health: try them again once the reason is gone, or forget them."),
        )  # fmt: skip
    else:
        yield fine(_("No job was given up."))
