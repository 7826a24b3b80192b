"""A sensor's settings, from its API or from saved answers of it, in the words of a site file."""

from adscribe.polling.settings.reading import from_files, from_sensor

__all__ = ["from_files", "from_sensor"]
