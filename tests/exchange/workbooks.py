"""Small workbooks for tests, made by hand so that each may be as odd as it has to be."""

import io
import zipfile
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Styles by place: 0 plain, 1 a built-in day, 2 a format of one's own, 3 a number with a word in its format.
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="170" formatCode="[$-409]dd/mm/yyyy hh:mm"/>'
    '<numFmt numFmtId="171" formatCode="0.00 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/>'
    '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    "</styleSheet>"
)


def cell(place, value, kind="n", style=0):
    if kind == "inlineStr":
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}" t="{kind}" s="{style}"><v>{escape(str(value))}</v></c>'


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


def texts(number, *values):
    """A row of texts from column A on."""
    return row(number, *(cell(f"{chr(65 + place)}{number}", value, "inlineStr") for place, value in enumerate(values)))


def _state(is_hidden):
    return "hidden" if is_hidden else "visible"


def workbook(*sheets, shared=(), properties="", prolog="", parts=None, hidden=()):
    """The bytes of a workbook. A sheet is its rows as XML, or a pair of its name and them."""
    named = [one if isinstance(one, tuple) else (f"Sheet{place}", one) for place, one in enumerate(sheets, 1)]
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{place}" r:id="rId{place}" state="{_state(name in hidden)}"/>'
        for place, (name, _rows) in enumerate(named, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(named) + 1)
    )
    files = {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{properties}<sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(f"<si>{one}</si>" for one in shared)}</sst>',
    }
    for place, (_name, rows) in enumerate(named, 1):
        files[f"xl/worksheets/sheet{place}.xml"] = (
            f'<?xml version="1.0"?>{prolog}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (files | (parts or {})).items():
            package.writestr(name, content)
    return stream.getvalue()
