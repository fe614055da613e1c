"""The way in: a file is streamed to disk, known by its content, and promised to be read."""
