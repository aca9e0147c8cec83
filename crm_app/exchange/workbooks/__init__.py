"""XLSX files: their sheets as tables of text, read piece by piece and within limits. Knows nothing of imports."""

from crm_app.exchange.workbooks.sheets import sheet_names, write_out

__all__ = ["sheet_names", "write_out"]
