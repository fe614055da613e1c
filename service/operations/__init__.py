"""Keeping the service in order: backup, restore, checks, housekeeping, metrics."""
