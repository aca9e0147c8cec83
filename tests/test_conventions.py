"""The house rules that a person would have to remember."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYTHON = sorted((ROOT / "crm_app").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SHARED = {"layouts", "lists", "ui", "errors", "emails"}


def _name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_every_module_begins_with_one_sentence_and_fits_on_a_few_screens(path):
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))

    assert docstring, "no docstring"
    assert docstring.split("\n")[0].endswith((".", "?")), "the first line is no sentence"
    assert len(text.splitlines()) <= 350, "over 350 lines: split it by noun"


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_functions_stay_short(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 40, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_only_views_and_commands_and_jobs_commit(path):
    allowed = {"views.py", "jobs.py", "commands.py", "serving.py", "writing.py"}
    if "commit()" in path.read_text(encoding="utf-8"):
        assert path.name in allowed or path.parent.name == "views", "a commit outside of a view, a command or a job"


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_one_file_knows_the_headers_of_htmx(path):
    if path.name != "htmx.py":
        assert '"HX-' not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_one_file_knows_pygal(path):
    if path.name != "charts.py":
        assert not re.search(r"^\s*(import|from) pygal", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_views_and_forms_are_private_to_their_domain(path):
    domain = path.relative_to(ROOT / "crm_app").parts[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("crm_app."):
            parts = node.module.split(".")
            names = {alias.name for alias in node.names}
            private = {"views", "forms"} & ({*parts[2:3]} | (names if len(parts) == 2 else set()))
            owner_of_forms = parts[1] == domain or path.name == "__init__.py" or parts[1] in ("accounts", "activity")
            assert not private or owner_of_forms, f"{node.module} is private to its domain"


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_nothing_is_left_undone_or_named_for_nothing(path):
    assert path.stem not in ("utils", "helpers", "common", "base", "services", "managers")
    assert not re.search(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_parts_extend_nothing_and_pages_extend_a_layout(path):
    text = path.read_text(encoding="utf-8")
    extends = re.search(r"{%-? extends", text)
    if path.parent.name in ("layouts", "ui") or path.name.startswith("_"):
        assert not extends or path.parent.name == "layouts"
    else:
        assert extends, "a page extends a layout"
        assert len(text.splitlines()) <= 150, "a page of over 150 lines wants parts"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_part_says_what_it_needs(path):
    if path.name.startswith("_") and path.parent.name != "layouts":
        assert path.read_text(encoding="utf-8").startswith("{#"), "the first line names what the part needs"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_domain_uses_only_its_own_templates_and_the_shared_ones(path):
    domain = path.relative_to(ROOT / "templates").parts[0]
    for used in re.findall(r'{%-? *(?:include|extends|import|from) +"([^"]+)"', path.read_text(encoding="utf-8")):
        assert used.split("/")[0] in SHARED | {domain}, f"{used} belongs to another domain"
        assert (ROOT / "templates" / used).is_file(), f"{used} does not exist"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_templates_hold_no_script_no_style_and_no_unescaped_text(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script>|<style|\sstyle=|\son[a-z]+=|\|\s*safe\b|hx-on|js:", text)


def test_templates_named_by_the_code_exist_in_the_folder_of_their_domain():
    for path in PYTHON:
        domain = path.relative_to(ROOT / "crm_app").parts[0]
        for used in re.findall(r'"([a-z_]+/[a-z_/]+\.(?:html|txt))"', path.read_text(encoding="utf-8")):
            assert (ROOT / "templates" / used).is_file(), f"{_name(path)} names {used}"
            assert used.split("/")[0] in SHARED | {domain}, f"{_name(path)} renders {used} of another domain"


def test_every_template_is_used():
    everything = "\n".join(path.read_text(encoding="utf-8") for path in [*PYTHON, *TEMPLATES])
    for path in TEMPLATES:
        assert f'"{path.relative_to(ROOT / "templates")}"' in everything, f"{_name(path)} is used nowhere"


@pytest.mark.parametrize("path", SHEETS, ids=_name)
def test_stylesheets_know_no_physical_side_and_stand_in_a_layer(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"(margin|padding|border)-(left|right|top|bottom)", text)
    assert not re.search(r"text-align: *(left|right)|(?<![-\w])(left|right|top|bottom) *:|float *: *(left|right)", text)
    assert not re.search(r"(?<![-\w])(min-|max-)?(width|height) *:", text), "inline-size and block-size"
    assert text.lstrip().startswith("@layer")
    assert len(text.splitlines()) <= 300


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_scripts_are_small_and_neither_fetch_nor_build_pages(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert not re.search(r"\bfetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|\beval\(|new Function", text)
    assert not re.search(r"clientX *[<>]", text), "a side is compared: directions differ"


def test_the_repository_names_no_machine():
    for path in [*PYTHON, *TEMPLATES, *SHEETS, *SCRIPTS, ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert not re.search(r"/(work|root|farm)/|/tmp/bash", path.read_text(encoding="utf-8")), _name(path)
