"""The text file in which a file's table stands: the file itself, or what a workbook or address cards are written to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crm_app.exchange import vcards, workbooks
from crm_app.exchange.decoding import UnreadableError, refuse_what_is_no_text
from crm_app.exchange.encodings import detected
from crm_app.web.texts import gettext as _

_ZIP = b"PK\x03\x04"


class Table(NamedTuple):
    """A text file of rows, and how they are written in it."""

    path: Path
    encoding: str
    separator: str


def form_of(path: Path, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """`form` is `csv`, `xlsx` or `vcard`; then the encoding, or the sheets by name and the place of the one to read.

    Raises UnreadableError.
    """
    with path.open("rb") as file:
        is_workbook = file.read(4) == _ZIP
    if is_workbook:
        return _of_workbook(path, chosen)
    refuse_what_is_no_text(path)
    encoding = chosen.get("encoding") or detected(path)
    return {"form": "vcard" if vcards.is_vcard(path, encoding) else "csv", "encoding": encoding}


def _of_workbook(path: Path, chosen: Mapping[str, Any]) -> dict[str, Any]:
    names = workbooks.sheet_names(path)
    layout = {"form": "xlsx", "tables": names, "table": chosen.get("table", 0)}
    if "table" not in chosen:
        # The first one that has more than a title.
        filled = (place for place in range(len(names)) if _write_sheet(path, place) > 1)
        layout["table"] = next(filled, 0)
    return layout


def table_of(path: Path, layout: Mapping[str, Any]) -> Table:
    """Raises UnreadableError. What was written out once is taken again."""
    if layout["form"] == "csv":
        return Table(path, layout["encoding"], layout["separator"])
    if layout["form"] == "xlsx":
        out = _beside(path, layout["table"])
        if not out.exists():
            _write_sheet(path, layout["table"])
    else:
        out = _beside(path, layout["encoding"])
        if not out.exists():
            _written(out, lambda draft: vcards.write_out(path, layout["encoding"], draft))
    return Table(out, "utf-8", ",")


def _write_sheet(path: Path, place: int) -> int:
    return _written(_beside(path, place), lambda draft: workbooks.write_out(path, place, draft))


def _beside(path: Path, name: object) -> Path:
    return path.with_name(f"{path.name}.{name}.csv")


def _written(out: Path, write: Callable[[Path], Any]) -> Any:
    """Under another name until it is whole: somebody may read it meanwhile."""
    draft = out.with_name(f"{out.name}.draft")
    try:
        result = write(draft)
        draft.replace(out)
    except OSError as error:
        raise UnreadableError(
            _("There is not enough disk space to unpack the file. Tell your server administrator.")
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return result
