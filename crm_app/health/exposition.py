"""The numbers of this installation as Prometheus reads them (text format 0.0.4)."""

from collections.abc import Callable, Iterator
from importlib.metadata import version

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from crm_app.extensions import db, utc_now
from crm_app.health import counting, facts
from crm_app.jobs import jobs
from crm_app.refusals import of_queue

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text() -> str:
    """Whatever cannot be found out is left out, and `_up` of what did not answer is 0."""
    lines = [
        *_family("peyvand_info", "gauge", "The version that runs.", [f'{{version="{version("peyvand")}"}} 1']),
        *_requests(),
        *_answering("peyvand_database_up", "Whether the database answers.", _of_database, SQLAlchemyError),
        *_answering("peyvand_queue_up", "Whether the queue of jobs answers.", _of_queue, *of_queue()),
        *_of_backups(),
    ]
    return "\n".join(lines) + "\n"


def _family(name: str, kind: str, help_: str, samples: list[str]) -> Iterator[str]:
    """A sample is what stands behind the name: perhaps its labels, a space, the value."""
    if samples:
        yield f"# HELP {name} {help_}"
        yield f"# TYPE {name} {kind}"
        yield from (name + sample for sample in samples)


def _gauge(name: str, help_: str, value: float) -> Iterator[str]:
    return _family(name, "gauge", help_, [f" {value:.15g}"])


def _requests() -> Iterator[str]:
    counts = [count for count in counting.counted() if count.by_status]
    yield from _family(
        "peyvand_requests_total", "counter", "Requests answered; 0 is any other status.",
        [
            f'{{endpoint="{count.endpoint}",status="{status}"}} {number}'
            for count in counts
            for status, number in count.by_status.items()
        ],
    )  # fmt: skip
    took = [line for count in counts for line in _durations(count)]
    yield from _family("peyvand_request_duration_seconds", "histogram", "How long requests took.", took)


def _durations(count: counting.Count) -> Iterator[str]:
    label, all_ = f'endpoint="{count.endpoint}"', 0
    for limit, number in zip((*counting.LIMITS, "+Inf"), count.by_limit, strict=True):
        all_ += number
        yield f'_bucket{{{label},le="{limit}"}} {all_}'
    yield f"_sum{{{label}}} {count.seconds:.9g}"
    yield f"_count{{{label}}} {all_}"


def _answering(
    name: str, help_: str, ask: Callable[[], list[str]], *refusals: type[Exception]
) -> Iterator[str]:  # fmt: skip
    try:
        lines = ask()
    except refusals as error:
        current_app.logger.error("%s 0: %s", name, error)
        db.session.rollback()
        yield from _gauge(name, help_, 0)
        return
    yield from _gauge(name, help_, 1)
    yield from lines


def _of_database() -> list[str]:
    workers = facts.workers()
    now = utc_now()
    alive = sum((now - worker.seen_at).total_seconds() < facts.SILENT_SECONDS for worker in workers)
    lines = [
        *_gauge("peyvand_database_bytes", "Size of the database on its disk.", facts.database_bytes()),
        *_gauge("peyvand_users_active", "People who may sign in.", facts.active_users()),
        *_gauge("peyvand_jobs_parked", "Jobs that failed as often as they were tried.", facts.parked()),
        *_gauge("peyvand_workers", "Workers that live.", alive),
    ]
    if workers:
        seen = workers[0].seen_at.timestamp()
        lines += _gauge("peyvand_worker_seen_timestamp_seconds", "When a worker was last heard of.", seen)
    return lines


def _of_queue() -> list[str]:
    waiting = jobs.waiting()
    return [
        *_gauge("peyvand_jobs_waiting", "Jobs that nobody has begun.", waiting.jobs),
        *_gauge("peyvand_jobs_oldest_seconds", "How long the first of them waits.", round(waiting.seconds, 3)),
    ]


def _of_backups() -> Iterator[str]:
    made_at = facts.last_backup_at()
    if made_at is not None:
        yield from _gauge("peyvand_backup_timestamp_seconds", "When the last backup was made.", made_at.timestamp())
