"""Looks into a network that take seconds: tasks for the worker process, one file each. Imports no torch."""
