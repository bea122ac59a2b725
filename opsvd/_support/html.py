"""Tables for notebooks."""

from collections.abc import Iterable, Sequence
from html import escape


def html_table(title: str, text: str, head: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> str:
    """A title with a sentence, a table, and a line below it, as HTML; cells are text.

    The sentence stands above the table and not in its caption, which would be as narrow as the table.
    """
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    below = f"<div>{escape(note, quote=False)}</div>" if note else ""
    return (f"<div><b>{escape(title, quote=False)}</b>: {escape(text, quote=False)}</div>"
            f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>{below}")
