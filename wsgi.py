"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crm_app import create_app

app = create_app()
