"""What the scanner is let loose on: Peyvand as it runs in earnest, and beside its pages the holes made on purpose."""

from crm_app import create_app
from tests.security.canaries import plant

app = plant(create_app())
