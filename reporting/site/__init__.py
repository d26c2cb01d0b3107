"""The pages that people read, built from a published file alone: they compute nothing of their own."""

from reporting.site.build import build_site

__all__ = ["build_site"]
