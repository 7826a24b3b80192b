"""What a reader finds on a page."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "img", "path", "rect", "hr", "wbr", "line", "circle"})


class Page(HTMLParser):
    """Tags, links, fields and text of a page; refuses what its policy would not let run.

    Attributes
    ----------
    tags : list of str
        Names of all elements, in order.
    links : list of str
        Where anything leads or is fetched from.
    fields : dict of str to list of str
        Name of a field to the values that it can send as it stands.
    text : str
        All text.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        self.links += [value for name, value in found.items() if name in ("href", "src", "action") and value]
        if tag in ("input", "button", "select", "textarea") and "name" in found:
            self.fields.setdefault(found["name"], []).append(found.get("value", ""))
        assert not any(name == "style" or name.startswith("on") for name in found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"{tag} closes what is not open"

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("script", "style"):
            self.text += data
        else:
            assert not data.strip(), "a script or a style stands in the page"
