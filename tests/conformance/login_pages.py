"""What the pages of the login show."""

from html.parser import HTMLParser

from tests.visitors import Answer


class Page(HTMLParser):
    """What a page has: its elements, each with its attributes, and its words."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(answer.raw.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def hidden(self) -> dict[str, str]:
        return {str(one["name"]): one.get("value") or "" for one in self.all("input") if one["type"] == "hidden"}
