"""A draft of an import: what a file is taken to say before anyone has decided."""

from crm_app.accounts.models import User
from crm_app.exchange import remembering, showing
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import match_columns
from crm_app.exchange.models import Import
from crm_app.exchange.reading import Sheet
from crm_app.extensions import utc_now


def begun(kind: str, file_name: str, stored_name: str, sheet: Sheet, user: User) -> Import:
    import_ = Import(kind=kind, file_name=file_name, stored_name=stored_name)
    # The rows are read before the database is: nobody has to wait for them.
    lay_out(import_, sheet)
    import_.user_id = user.id
    remembering.recall(import_, sheet.header)
    return import_


def lay_out(import_: Import, sheet: Sheet) -> None:
    """Take the columns of a sheet as they seem to be meant; what was decided about others is forgotten."""
    import_.layout = sheet.layout | {"header_key": remembering.header_key(sheet.header)}
    import_.rows, import_.touched_at = len(sheet.lines), utc_now()
    import_.values, import_.options, import_.preview = {}, {}, {}
    import_.columns = match_columns(sheet.header, KINDS[import_.kind].fields)
    if import_.kind == "deals":
        import_.options = showing.likely_pipeline(import_, sheet)
