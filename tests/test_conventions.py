"""The house rules that a person would have to remember."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sorted((ROOT / "crm_app").rglob("*.py"))
MIGRATIONS = sorted((ROOT / "migrations").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SHARED = {"layouts", "lists", "ui", "errors", "emails"}


def _name(path):
    return str(path.relative_to(ROOT))


@cache
def _text(path):
    return path.read_text(encoding="utf-8")


@cache
def _parsed(path):
    return ast.parse(_text(path))


@cache
def _nodes(path):
    return list(ast.walk(_parsed(path)))


def _in_each(paths):
    """Of a rule that yields what is wrong with a file: one test, which names every file that breaks it."""

    def of_all(rule):
        def test():
            assert len(paths) > 10
            broken = [f"{_name(path)}: {fault}" for path in paths for fault in rule(path)]
            assert not broken, "\n" + "\n".join(broken)

        return test

    return of_all


@_in_each(PYTHON)
def test_every_module_begins_with_one_sentence_and_fits_on_a_few_screens(path):
    docstring = ast.get_docstring(_parsed(path))
    if not docstring:
        yield "no docstring"
    elif not docstring.split("\n")[0].endswith((".", "?")):
        yield "the first line is no sentence"
    if len(_text(path).splitlines()) > 350:
        yield "over 350 lines: split it by noun"


@_in_each(PYTHON)
def test_functions_stay_short(path):
    for node in _nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > 40:
                yield f"{node.name} has {length} lines"


@_in_each(PYTHON)
def test_only_views_and_commands_and_jobs_commit(path):
    # What only read is ended in extensions.py; turns.py gives a turn back as the driver commits.
    allowed = {"views.py", "jobs.py", "commands.py", "serving.py", "writing.py", "extensions.py", "turns.py"}
    if re.search(r"\b(commit|settle)\(\)", _text(path)) and path.name not in allowed and path.parent.name != "views":
        yield "a commit outside of a view, a command or a job"


@_in_each(PYTHON)
def test_one_file_knows_the_headers_of_htmx(path):
    if path.name != "htmx.py" and '"HX-' in _text(path):
        yield "knows a header of htmx"


@_in_each(PYTHON)
def test_one_file_knows_pygal(path):
    if path.name != "charts.py" and re.search(r"^\s*(import|from) pygal", _text(path), re.MULTILINE):
        yield "knows pygal"


@_in_each(PYTHON)
def test_views_and_forms_are_private_to_their_domain(path):
    domain = path.relative_to(ROOT / "crm_app").parts[0]
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("crm_app."):
            parts = node.module.split(".")
            names = {alias.name for alias in node.names}
            private = {"views", "forms"} & ({*parts[2:3]} | (names if len(parts) == 2 else set()))
            owner_of_forms = parts[1] == domain or path.name == "__init__.py" or parts[1] in ("accounts", "activity")
            if private and not owner_of_forms:
                yield f"{node.module} is private to its domain"


@_in_each(PYTHON)
def test_nothing_is_left_undone_or_named_for_nothing(path):
    if path.stem in ("utils", "helpers", "common", "base", "services", "managers"):
        yield "a name that says nothing"
    if undone := re.search(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", _text(path)):
        yield f"left undone: {undone[0]}"


@_in_each([*PYTHON, *MIGRATIONS])
def test_assertions_tell_the_type_checker_alone_as_what_serves_runs_without_them(path):
    for node in _nodes(path):
        if isinstance(node, ast.Assert) and not re.fullmatch(r"\w+(\.\w+)* is not None", ast.unparse(node.test)):
            yield f"line {node.lineno} asserts what somebody has to refuse"


@_in_each(TEMPLATES)
def test_parts_extend_nothing_and_pages_extend_a_layout(path):
    extends = re.search(r"{%-? extends", _text(path))
    if path.parent.name in ("layouts", "ui") or path.name.startswith("_"):
        if extends and path.parent.name != "layouts":
            yield "a part extends nothing"
    else:
        if not extends:
            yield "a page extends a layout"
        if len(_text(path).splitlines()) > 150:
            yield "a page of over 150 lines wants parts"


@_in_each(TEMPLATES)
def test_a_part_says_what_it_needs(path):
    if path.name.startswith("_") and path.parent.name != "layouts" and not _text(path).startswith("{#"):
        yield "the first line names what the part needs"


@_in_each(TEMPLATES)
def test_a_domain_uses_only_its_own_templates_and_the_shared_ones(path):
    domain = path.relative_to(ROOT / "templates").parts[0]
    for used in re.findall(r'{%-? *(?:include|extends|import|from) +"([^"]+)"', _text(path)):
        if used.split("/")[0] not in SHARED | {domain}:
            yield f"{used} belongs to another domain"
        if not (ROOT / "templates" / used).is_file():
            yield f"{used} does not exist"


@_in_each(TEMPLATES)
def test_templates_hold_no_script_no_style_and_no_unescaped_text(path):
    if found := re.search(r"<script>|<style|\sstyle=|\son[a-z]+=|\|\s*safe\b|hx-on|js:", _text(path)):
        yield found[0]


@_in_each(PYTHON)
def test_templates_named_by_the_code_exist_in_the_folder_of_their_domain(path):
    domain = path.relative_to(ROOT / "crm_app").parts[0]
    for used in re.findall(r'"([a-z_]+/[a-z_/]+\.(?:html|txt))"', _text(path)):
        if not (ROOT / "templates" / used).is_file():
            yield f"names {used}"
        if used.split("/")[0] not in SHARED | {domain}:
            yield f"renders {used} of another domain"


def test_every_template_is_used():
    everything = "\n".join(_text(path) for path in [*PYTHON, *TEMPLATES])
    for path in TEMPLATES:
        assert f'"{path.relative_to(ROOT / "templates")}"' in everything, f"{_name(path)} is used nowhere"


@_in_each(SHEETS)
def test_stylesheets_know_no_physical_side_and_stand_in_a_layer(path):
    text = re.sub(r"/\*.*?\*/", "", _text(path), flags=re.DOTALL)
    for physical in (
        r"(margin|padding|border)-(left|right|top|bottom)",
        r"text-align: *(left|right)|(?<![-\w])(left|right|top|bottom) *:|float *: *(left|right)",
    ):
        if found := re.search(physical, text):
            yield f"a physical side: {found[0]}"
    if re.search(r"(?<![-\w])(min-|max-)?(width|height) *:", text):
        yield "inline-size and block-size"
    if not text.lstrip().startswith("@layer"):
        yield "stands in no layer"
    if len(text.splitlines()) > 300:
        yield "over 300 lines"


@_in_each(SCRIPTS)
def test_scripts_are_small_and_neither_fetch_nor_build_pages(path):
    if len(_text(path).splitlines()) > 150:
        yield "over 150 lines"
    forbidden = r"\bfetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|\beval\(|new Function"
    if found := re.search(forbidden, _text(path)):
        yield found[0]
    if re.search(r"clientX *[<>]", _text(path)):
        yield "a side is compared: directions differ"


def test_the_repository_names_no_machine():
    for path in [*PYTHON, *TEMPLATES, *SHEETS, *SCRIPTS, ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert not re.search(r"/(work|root|farm)/|/tmp/bash", _text(path)), _name(path)
