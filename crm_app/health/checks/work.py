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
        yield fine(ngettext("%(count)s worker is running.", "%(count)s workers are running.", alive, count=num(alive)))
        return
    if workers:
        said = _("The worker was last active %(ago)s.", ago=ago(workers[0].seen_at, now))
    else:
        said = _("No worker has been active today.")
    yield problem(
        said,
        _(
            "Start one: crm serve includes one, or run crm worker. Without it, imports, backups and bulk changes "
            "do not run."
        ),
    )


def queue(_limit: Limit) -> Iterator[Finding]:
    try:
        waiting = jobs.waiting()
    except of_queue() as error:
        yield problem(
            _("The job queue is not responding (%(reason)s).", reason=error),
            _("Check that Redis is running at REDIS_URL or, without Redis, that the instance folder is writable."),
        )
        return
    if waiting.seconds > LONG_SECONDS:
        now = utc_now()
        yield warning(
            _(
                "The first job in the queue was requested %(ago)s.",
                ago=ago(now - timedelta(seconds=waiting.seconds), now),
            ),
            _("Check the worker’s log: it may be busy with a long job, or stuck."),
        )
    elif waiting.jobs:
        yield fine(
            ngettext("%(count)s job is waiting.", "%(count)s jobs are waiting.", waiting.jobs, count=num(waiting.jobs))
        )
    else:
        yield fine(_("No jobs are waiting."))


def parked(_limit: Limit) -> Iterator[Finding]:
    number = facts.parked()
    if number:
        yield warning(
            ngettext(
                "%(count)s job failed every time it was tried.", "%(count)s jobs failed every time they were tried.",
                number, count=num(number),
            ),
            _("They are listed under Settings, Health. Try them again once the cause is fixed, or dismiss them."),
        )  # fmt: skip
    else:
        yield fine(_("No jobs have failed for good."))
