"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crm_app import create_app
from crm_app.entrance import Entrance

app = create_app()
app.wsgi_app = Entrance(app.wsgi_app)
