"""Parts of the page: figures, numbers, messages."""

import numpy as np
import pytest

import opsvd
from opsvd.explorer import cards, facts, message, sampled, svg, table


def decomposed(h, **options):
    """A quick decomposition."""
    return opsvd.decompose(h, rtol=1e-4, **options)


def test_a_figure_is_an_image_in_the_page():
    """The image is SVG, in the page itself, and says in words what it shows."""
    image = svg(decomposed(lambda x, y: x * y).plot, 'values "of" xy')
    assert image.startswith('<img alt="values &quot;of&quot; xy" src="data:image/svg+xml;base64,')
    page = cards([(image, "a < b")])
    assert image in page
    assert "a &lt; b" in page


def test_numbers_are_shown_with_their_bars():
    """The largest value with its bar, how many there are, and what was done."""
    svd = decomposed(lambda x, y: np.sin(x * y))
    html = facts(svd)
    assert "0.4858" in html
    assert "2.236" in html
    assert svd.status in html


def test_what_is_infinite_is_said():
    """The sum of the values of a jump diverges, and so its effective rank is infinite; of no values there is no bar."""
    assert "infinite" in facts(decomposed(lambda x, y: 1.0 * (x > y)))
    assert ">0</dd>" in facts(decomposed(lambda x, y: 0.0 * x * y))


def test_the_table_has_values_and_multiplicities():
    """A column for multiplicities stands there if a value stands several times."""
    assert "times" not in table(decomposed(lambda x, y: np.sin(x * y)))
    html = table(decomposed(opsvd.elementwise(np.sin, 3)))
    assert "<th>times</th>" in html
    assert "<td>3</td>" in html


def test_a_message_is_text():
    """What an exception says stands there as text, not as HTML."""
    with pytest.raises(ValueError, match="lambda") as caught:
        opsvd.parse_kernel("lambda x: x < 1")
    html = message(caught.value)
    assert "x &lt; 1" in html
    assert 'role="alert"' in html


def test_a_figure_that_fails_is_a_message():
    """The other figures are seen all the same."""
    assert "needs a kernel" in svg(lambda _: decomposed(lambda x, y: x * y).equivalent(5), "")


def test_a_figure_that_is_not_all_says_so_below_it():
    """A search for breaks that is stopped shows what it found, and the warning."""
    image = svg(lambda ax: opsvd.plot_breaks(lambda x, y: x % y, ax=ax, max_evaluations=2000), "")
    assert image.startswith("<img")
    assert "max_evaluations=2000 ran out" in image


def test_sampling_keeps_to_its_seconds():
    """As many matrices are drawn as the seconds allow, at most ten; too few seconds are refused beforehand."""
    kernel = opsvd.Kernel(lambda x, y: np.sin(x * y))
    svd = decomposed(kernel)
    assert sampled(kernel, svd, (20, 40), 1e3).trials == 10
    with pytest.raises(ValueError, match="choose a smaller n, or allow more seconds"):
        sampled(kernel, svd, (20, 40), 1e-9)
