"""Reaching PostgreSQL within bounds: a server that is away, stopped or cut off keeps nobody waiting for ever."""

import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from flask import has_request_context
from psycopg.errors import _WaitTimeout

# Of a page. A job may wait for as long as its statement takes.
PATIENCE_SECONDS = 20.0
_CONNECT_SECONDS = 5
# Whoever comes right after one who waited in vain is told at once.
_PAUSE_SECONDS = 3.0
# A peer that is gone without a word is noticed within a minute.
_ALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# To compile a statement always takes longer than to run it. And rows are at hand, in memory or on a disk that does not
# turn: by PostgreSQL's figure, for one that does, all companies are read to name a hundred. Another figure is kept.
_PLAN_FOR_SMALL_READS = """
    SELECT set_config('jit', 'off', false),
        CASE current_setting('random_page_cost') WHEN '4' THEN set_config('random_page_cost', '1.1', false) END
"""


class Columns(Sequence[psycopg.Column]):
    """What a result is made of, found out when somebody looks: SQLAlchemy does so once for each statement."""

    def __init__(self, cursor: "Cursor", number: int) -> None:
        self._cursor, self._number = cursor, number

    def __len__(self) -> int:
        return self._number

    def __getitem__(self, place: Any) -> Any:
        return [psycopg.Column(self._cursor, number) for number in range(self._number)][place]


class Cursor(psycopg.Cursor[Any]):
    """As psycopg's own, but that its description is lazy: to make it took as long as to run a small statement."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        return Columns(self, result.nfields) if result and result.nfields else super().description


class Connection(psycopg.Connection[Any]):
    """Given up for good once a page has waited too long for it: nobody knows what it would answer next."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cursor_factory = Cursor

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None or not has_request_context():
            return super().wait(gen, interval=interval, timeout=timeout)
        try:
            return super().wait(gen, interval=interval, timeout=PATIENCE_SECONDS)
        except _WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {PATIENCE_SECONDS:.0f} seconds") from error

    def is_cut_off(self) -> bool:
        """Whether the server has hung up. One that is idle sends nothing else, so no question has to be asked."""
        if self.closed:
            return True
        ready = select.poll()
        ready.register(self.fileno(), select.POLLIN)
        return bool(ready.poll(0))


class Connecting:
    """Makes connections, as long as that is not in vain."""

    def __init__(self) -> None:
        self._in_vain_until = 0.0

    def connect(self, arguments: Any, options: dict[str, Any]) -> Connection:
        if time.monotonic() < self._in_vain_until:
            raise psycopg.OperationalError("no connection a moment ago")
        options = {"connect_timeout": _CONNECT_SECONDS} | _ALIVE | options
        began = time.monotonic()
        try:
            return _planning_for_small_reads(Connection.connect(*arguments, **options))
        except psycopg.OperationalError:
            # One that refuses does so at once, and is asked again by the next.
            if time.monotonic() - began > 1:
                self._in_vain_until = time.monotonic() + _PAUSE_SECONDS
            raise


def _planning_for_small_reads(connection: Connection) -> Connection:
    try:
        # Outside a transaction, so that it lasts.
        connection.autocommit = True
        connection.execute(_PLAN_FOR_SMALL_READS)
        connection.autocommit = False
    except psycopg.Error:
        connection.close()
        raise
    return connection


# Of all engines of this process.
connecting = Connecting()
