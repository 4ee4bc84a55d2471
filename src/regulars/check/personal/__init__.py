"""Personal data and keys in a text: where they stand and of what kind they are, never what they say."""

from regulars.check.personal.known import Known
from regulars.check.personal.scan import Hit, Kind, personal

__all__ = ["Hit", "Kind", "Known", "personal"]
