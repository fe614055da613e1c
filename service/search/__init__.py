"""Search over all that directives say: one analysis for what is kept and what is asked, on SQLite and PostgreSQL alike."""
