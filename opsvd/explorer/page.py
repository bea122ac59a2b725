"""Parts of the page as HTML: cards with figures, numbers in a row, messages."""

import base64
import io
import math
import warnings
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING

from .._support.axes import new_figure
from .._support.html import html_table
from .._support.messages import described
from ..answer.result import OperatorSVD
from ..errors import ConvergenceWarning
from ..spectrum import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLE = """<style>
.opsvd-cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.opsvd-card { display: flex; flex-direction: column; margin: 0; padding: 0.75rem 0.75rem 0.5rem;
  border: 1px solid #d9dee4; border-radius: 8px; background: #fff; color: #1f2933; }
.opsvd-card img { display: block; width: 100%; max-width: 40rem; height: auto; margin: 0 auto; }
.opsvd-card figcaption { padding: 0.25rem 0.5rem 0.25rem; font-size: 0.875rem; line-height: 1.4; color: #4a5561; }
.opsvd-card:last-child:nth-child(odd) { grid-column: 1 / -1; }
.opsvd-scroll { flex: 1 1 18rem; max-height: 24rem; overflow: auto; font-size: 0.875rem;
  font-variant-numeric: tabular-nums; }
.opsvd-scroll table { width: 100%; border-collapse: collapse; margin: 0; }
.opsvd-scroll th { position: sticky; top: 0; background: #fff; text-align: left; }
.opsvd-scroll th, .opsvd-scroll td { padding: 0.15rem 0.5rem; border-bottom: 1px solid #e8ecf0; }
.opsvd-facts { display: grid; gap: 0.75rem 1.5rem; margin: 0 0 0.75rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
.opsvd-facts div { min-width: 0; }
.opsvd-facts dt { font-size: 0.8rem; opacity: 0.75; }
.opsvd-facts dd { margin: 0; font-size: 0.875rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.opsvd-facts dd.large { font-size: 1.25rem; font-weight: 600; }
.opsvd-message { padding: 0.75rem 1rem; border-left: 4px solid #d55e00; border-radius: 4px; background: #fdf0e8;
  color: #4a1f00; overflow-wrap: anywhere; }
</style>"""


def svg(draw: "Callable[[Axes], object]", alt: str) -> str:
    """What `draw` puts into an Axes, as an image that stands in the page itself; `alt` says what it shows.

    If it cannot be drawn, the message that says why stands in its place. A warning that it is not all stands below it.
    """
    figure: Figure = new_figure(5.0, 3.6)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            draw(figure.subplots())
    except Exception as error:    # noqa: BLE001 -- the other figures are to be seen, whatever one of them raises
        return message(error)
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    data = base64.b64encode(file.getvalue()).decode()
    remarks = "".join(_alert(str(one.message)) for one in caught if isinstance(one.message, ConvergenceWarning))
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}">{remarks}'


def cards(figures: Iterable[tuple[str, str]]) -> str:
    """Images with captions, in columns as many as fit."""
    parts = [f'<figure class="opsvd-card">{image}<figcaption>{escape(caption)}</figcaption></figure>'
             for image, caption in figures]
    return f'{_STYLE}<div class="opsvd-cards">{"".join(parts)}</div>'


def facts(svd: OperatorSVD) -> str:
    """The numbers that are looked at first, and what was done."""
    first = Estimate(svd.values[0], svd.value_errors[0]) if svd.rank else Estimate(0.0, svd.tail)
    rank = svd.effective_rank()
    number, _, note = str(rank).partition(" (")
    number = "infinite" if math.isinf(rank) else f"at least {rank.lower:.5g}" if math.isinf(rank.error) else number
    large = [("largest singular value", str(first), ""), ("effective rank", number, note.removesuffix(")")),
             ("singular values given", str(svd.rank), f"down to {svd.singular_values[-1]:.1e}" if svd.rank else "")]
    numbers = "".join(f'<div><dt>{name}</dt><dd class="large">{escape(value)}</dd><dd>{escape(words)}</dd></div>'
                      for name, value, words in large)
    words = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"
                    for name, value in (("status", svd.status), ("method", svd.method)))
    return f'{_STYLE}<dl class="opsvd-facts">{numbers}</dl><dl class="opsvd-facts">{words}</dl>'


def table(svd: OperatorSVD) -> str:
    """The values with their bars, which scroll where they are many."""
    several = bool((svd.multiplicities > 1).any())
    head = ["i", "singular value", *["times"] * several]
    shown = svd.records()[:500]    # more than anybody scrolls through, and too few to make the page slow
    rows = [[str(row["i"]), str(Estimate(row["singular_value"], row["error"])), *[str(row["multiplicity"])] * several]
            for row in shown]
    text = f"the first {len(shown)} of {len(svd.values)}" if len(shown) < len(svd.values) else "all that are given"
    return (f'<div class="opsvd-scroll" tabindex="0" role="region" aria-label="singular values">'
            f'{html_table("Singular values with their error bars", text, head, rows)}</div>')


def message(error: BaseException) -> str:
    """What went wrong, for a person to read."""
    return _alert(described(error))


def _alert(text: str) -> str:
    return f'{_STYLE}<div class="opsvd-message" role="alert">{escape(text)}</div>'
