"""The thin shell: Dagster definitions and the ``daybook`` command line."""
