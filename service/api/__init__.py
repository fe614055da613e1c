"""The public JSON interface, one router a resource, under ``/v1``."""
