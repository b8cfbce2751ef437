"""Markup: which HTML a message may have. Everything else is taken out before it is stored."""

from chalicelib.rules import mentions

_FORMATTING = {"abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4"}
_FORMATTING |= {"h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike"}
_FORMATTING |= {"strong", "sub", "sup", "tt", "u", "ul", "var"}
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
TAGS = _FORMATTING | _TABLES | {"a", "img"}
#: Elements that go with all that is in them.
_UNSHOWN = {"script", "style", "title", "iframe", "noembed", "noframes", "noscript", "template", "svg", "math", "object"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_MENTION = ATTRIBUTES | {"span": {"data-id", "class"}}
#: Where links may lead, and where images may come from (`cid:` is a part of the same mail).
SCHEMES = {("a", "href"): ("http:", "https:", "mailto:"), ("img", "src"): ("http:", "https:", "cid:")}
_REL = "noopener nofollow"


def clean(html: str, *, with_mentions: bool = False) -> str:
    """Returns HTML without scripts, styles and whatever else may do harm in a page; cleaned again it stays as it is.

    Formatting, tables, links and images stay; with `with_mentions`, spans that mention an agent do too.
    """
    import nh3  # by the first message that has HTML: it takes a millisecond, and most processes see none

    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=_UNSHOWN,
        attributes=_MENTION if with_mentions else ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={scheme[:-1] for schemes in SCHEMES.values() for scheme in schemes},
        url_relative="deny",
        link_rel=_REL,
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Returns the value that an attribute keeps, None for none."""
    if schemes := SCHEMES.get((tag, attribute)):
        return value if value.strip().lower().startswith(schemes) else None
    if (tag, attribute) == ("span", "class"):
        return mentions.CLASS if mentions.CLASS in value.split() else None
    if (tag, attribute) == ("span", "data-id"):
        return value.strip() if mentions.is_number(value.strip()) else None
    return value
