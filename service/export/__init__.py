"""Hands tasks on as files: tables for people and programs, calendars, and the message of the document exchange."""
