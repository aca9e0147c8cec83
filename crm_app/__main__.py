"""`python -m crm_app` is the `crm` command."""

from crm_app.cli import main

main(prog_name="crm")
