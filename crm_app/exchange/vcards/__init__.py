"""Address cards (vCard 2.1, 3.0, 4.0) as a table of people, one row for each card. Knows nothing of imports."""

from crm_app.exchange.vcards.cards import is_vcard, write_out

__all__ = ["is_vcard", "write_out"]
