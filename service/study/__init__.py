"""What researchers ask of all documents together: who cites whom, how a target moves, what a document is about.

The pure parts (`numbers`, `indicators`, `units`, `fields`) know nothing of the database; `rows` lays what they find beside the
record's tasks whenever a record comes into force, and the others only query those rows.
"""
