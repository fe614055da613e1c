"""``python -m service``: what the service can be told to do."""

from __future__ import annotations

import sys

from service.cli import EXIT_USAGE, serve


def main() -> int:
    """Run a command; the exit status."""
    match sys.argv[1:]:
        case ["serve", *rest]:
            return serve(rest)
        case _:
            print("Cách dùng / usage: python -m service serve [--host …] [--port …] [--data …]", file=sys.stderr)
            return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
