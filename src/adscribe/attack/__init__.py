"""The ATT&CK catalogue: tactics, techniques, versions side by side, and the way from one to another."""

from adscribe.attack.catalogue import Catalogue
from adscribe.attack.diff import Difference, Edit, Removal
from adscribe.attack.matrix import Matrix, Status, Tactic, Technique
from adscribe.attack.translation import Translation
from adscribe.attack.versions import Domain, parse_name

__all__ = [
    "Catalogue",
    "Difference",
    "Domain",
    "Edit",
    "Matrix",
    "Removal",
    "Status",
    "Tactic",
    "Technique",
    "Translation",
    "parse_name",
]
