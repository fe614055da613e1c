"""The version of this product, as installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("directives")
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "0.1.0"
