"""The same as quotes, for HTML."""

from chalicelib.rules.quotes import Split


def split_html(html: str) -> Split:
    """Returns what a person wrote, and what was quoted."""
    return Split(html, "")
