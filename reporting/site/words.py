"""What pages say, in the reader's language; English is what the code says.

Catalogues are gettext files in ``locales/``, one per language. A text without a translation is no
page: readers would take half-translated figures for other figures.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

from daybook.config import Language

LOCALES = Path(__file__).with_name("locales")
SOURCE: Language = "en"


def spelled(name: str) -> str:
    """A name of the warehouse as English text: ``on_track`` is On track."""
    return name.replace("_", " ").capitalize()


class MissingTranslationError(LookupError):
    """Texts that a catalogue does not translate."""

    def __init__(self, language: Language, texts: set[str]) -> None:
        listed = "".join(f"\n  {text!r}" for text in sorted(texts))
        super().__init__(
            f"{LOCALES / language}.po translates {len(texts)} texts of the reports not at all:{listed}"
        )


class Words:
    """Translates into one language, and remembers what it could not."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.missing: set[str] = set()
        self._translated = {} if language == SOURCE else _catalogue(language)

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return str(self.locale.text_direction)

    @property
    def colon(self) -> str:
        """A colon behind a word; the French keep it at a distance."""
        return "\N{NO-BREAK SPACE}:" if self.language == "fr" else ":"

    def of(self, text: str, /, **values: object) -> str:
        """A text in the language, with values in place of ``%(name)s``."""
        found = text if self.language == SOURCE else self._translated.get(text)
        if found is None:
            self.missing.add(text)
            found = text
        return found % values if values else found

    def word(self, text: str) -> str:
        """A word of the data in the language; as it is where the catalogue does not know it."""
        return self._translated.get(text, text)

    def check(self) -> None:
        """Raise if anything that was asked for had no translation.

        Raises:
            MissingTranslationError: which it was.
        """
        if self.missing:
            raise MissingTranslationError(self.language, self.missing)


@lru_cache
def _catalogue(language: Language) -> dict[str, str]:
    with (LOCALES / f"{language}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }
