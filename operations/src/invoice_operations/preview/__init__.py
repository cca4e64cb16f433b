"""Preview what would become of an invoice, without sending anything."""
