"""A record shown to a person: as tables on a terminal, or as one HTML page with every value marked on its page."""
