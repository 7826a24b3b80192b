"""How a site names its filters: in words, in another language, in codes, or by numbers of its segments."""

from __future__ import annotations

from adscribe.training.simulation.draw import Draw

_CZECH = {
    **{
        "lan": "VnitrniSit",
        "clients": "Stanice",
        "staff": "Zamestnanci",
        "servers": "Servery",
        "guests": "Hoste",
    },
    **{"network": "SitovePrvky", "printers": "Tiskarny", "voice": "Telefony", "cameras": "Kamery"},
    **{
        "administration": "Sprava",
        "operations": "Dohled",
        "plant-devices": "Vyroba",
        "customers": "Zakaznici",
    },
}
_GERMAN = {
    **{"lan": "Hausnetz", "clients": "Arbeitsplaetze", "staff": "Mitarbeiter", "servers": "Serverraum"},
    **{"guests": "Gaeste", "printers": "Drucker", "voice": "Telefonie", "cameras": "Kameras"},
    **{"administration": "Verwaltung", "operations": "Betrieb", "plant-devices": "Steuerungen"},
}
_FEEDS = {
    "perimeter": ("Internet uplink", "WAN", "Edge"),
    "core": ("Core switch", "LAN core", "DC core"),
    "ot": ("Plant", "OT network", "Technology"),
}
STYLES = ("words", "dashes", "codes", "numbers", "czech", "german")


class Naming:
    """The habit of one site.

    Parameters
    ----------
    draw : Draw
        Decides which.
    """

    def __init__(self, draw: Draw) -> None:
        self._style = draw.pick(STYLES)
        self._number = draw.whole(10, 300)
        self._feed = draw.whole(0, 2)
        self._numbers: dict[str, int] = {}

    def zone(self, name: str, segment: str | None) -> str:
        """Return the name of a zone's filter; the same whenever it is asked for."""
        match self._style:
            case "words":
                return "LAN" if name == "lan" else _camel(name)
            case "dashes":
                return name.lower()
            case "codes":
                return f"NET_{name.replace('-', '_').upper()}"
            case "numbers":
                number = self._numbers.setdefault(name, self._number + 10 * len(self._numbers))
                return "Internal" if name == "lan" else f"VLAN{number}"
            case "czech":
                return _CZECH.get(name, _camel(name))
            case _:
                return _GERMAN.get(name, _camel(name))

    def role(self, role: str) -> str:
        """Return the name of the filter that holds the hosts of a role."""
        match self._style:
            case "dashes":
                return f"{role.replace('_', '-')}s"
            case "codes":
                return f"GRP_{role.upper()}"
            case "numbers":
                return f"Group{self._numbers.setdefault(role, 1 + len(self._numbers))}"
        return f"{_camel(role.replace('_', '-'))}s"

    def feed(self, position: str) -> str:
        """Return the name of a data feed."""
        return _FEEDS[position][self._feed]


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))
