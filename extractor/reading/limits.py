"""The limits that keep a hostile or broken file from taking the machine: one place, plain numbers."""

from __future__ import annotations

MAX_BYTES = 200 * 1024 * 1024
MAX_TEXT_BYTES = 20 * 1024 * 1024  # plain text: a book of 2,000 pages has some 6 MB
MAX_PAGES = 2_000
MAX_IMAGE_PIXELS = 100_000_000  # an A3 page at 600 dpi has 70 million
MAX_RENDER_SIDE = 4_000  # pixels; A4 at 300 dpi has 3,508

OPEN_SECONDS = 30.0  # wall clock, to open a file and count its pages
PAGE_SECONDS = 120.0  # wall clock, for one page
MEMORY_BYTES = 2 * 1024**3  # address space of a child and of each program that it starts
WRITE_BYTES = 1024**3  # largest file that a child may write
OPEN_FILES = 256
NICENESS = 5

MIN_LAYER_LETTERS = 40  # fewer letters than this are no page
MIN_LAYER_SYLLABLES = 0.80  # share of the layer's letter runs that are possible Vietnamese syllables
LAYER_ACCENTED = (0.15, 0.45)  # share of non-ASCII letters in Vietnamese prose
MIN_LAYER_COVER = 0.40  # share of the page's ink that lies under the layer's words
