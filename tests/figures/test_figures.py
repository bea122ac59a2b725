"""Figures: they show the numbers they are given, in the Axes they are given, and leave nothing open."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

mpl.use("Agg")

import matplotlib.pyplot as plt

from opsvd import Gaussian, Product, Sphere, Uniform, decompose, elementwise
from opsvd.comparison.crosscheck import crosscheck
from opsvd.figures import COLOURS, new_figure, plot_breaks, plot_functions, plot_spectrum, summary_figure
from opsvd.probing.break_points import break_points


def sine(x, y):
    """A kernel with a dozen singular values."""
    return np.sin(x * y)


@pytest.fixture(scope="module")
def svd():
    """Decompose sin(xy) once."""
    return decompose(sine)


@pytest.fixture
def ax():
    """Make an Axes that pyplot does not know."""
    return Figure().subplots()


def test_the_spectrum_shows_values_and_bars(svd, ax):
    """Every singular value stands at its index, with its error bar, on a logarithmic axis with both labels."""
    assert plot_spectrum(svd, ax) is ax
    (container,) = ax.containers
    points, _, (bars,) = container
    np.testing.assert_array_equal(points.get_xdata(), np.arange(1, svd.rank + 1))
    np.testing.assert_array_equal(points.get_ydata(), svd.singular_values)
    lengths = [segment[1, 1] - segment[0, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(lengths, 2.0 * svd.errors, rtol=1e-3, atol=1e-15)
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_the_error_level_is_shaded(svd, ax):
    """The shaded area reaches up to the error bar's length at each index, and its lower edge is in view."""
    plot_spectrum(svd, ax)
    (shade,) = ax.patches
    np.testing.assert_array_equal(shade.get_data().values, svd.errors)
    assert 0.0 < ax.get_ylim()[0] < svd.errors.min()


def test_functions_are_those_of_the_result(svd, ax):
    """Lines come in pairs f_i, g_i of one colour, and show the singular functions on three standard deviations."""
    assert plot_functions(svd, ax, count=2) is ax
    lines = ax.get_lines()
    assert [line.get_label() for line in lines] == [
        "$f_{1}$", "$g_{1}$ $=$ $f_{1}$", "$f_{2}$", "$g_{2}$ $= -$$f_{2}$: eigenvalue $-s_{2}$"]
    for i, (f, g) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
        np.testing.assert_allclose(f.get_ydata(), svd.left(f.get_xdata())[:, i], atol=1e-12)
        np.testing.assert_allclose(g.get_ydata(), svd.right(g.get_xdata())[:, i], atol=1e-12)
        assert f.get_color() == g.get_color() == COLOURS[i]
        assert f.get_xdata()[0] == pytest.approx(-3.0)


def test_a_power_law_is_drawn_as_a_line(ax):
    """Where values fall like a power both axes are logarithmic and show it; where they fall faster, that of values."""
    svd = decompose(np.minimum, Uniform(0.0, 1.0), Uniform(0.0, 1.0), rtol=1e-6)
    plot_spectrum(svd, ax)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_ylim()[0] >= 0.0099 * svd.values.min()
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["$i^{-2.0}$, the law of decay".replace("2.0", f"{svd.decay.rate:.3g}"), "$s_i$ and its error bar"]
    assert plot_spectrum(decompose(sine), Figure().subplots()).get_xscale() == "linear"


def test_labels_of_multiplets_do_not_collide():
    """tanh(<x, y>) in the plane has pairs of values, the later of which are closer than a label is wide."""
    ax = Figure((4.8, 4.2)).subplots()
    plot_spectrum(decompose(elementwise(np.tanh, 2), rtol=1e-4), ax)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) >= 2
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_figures_keep_to_the_style(style, svd):
    """Grounds are those of the style, and what is drawn in its ink can be read on them."""
    with plt.style.context(style):
        check = crosscheck(sine, n=(20, 40), trials=3, rng=0, svd=svd)
        figure = summary_figure(svd, check)
        for ax in figure.axes:
            assert mpl.colors.same_color(ax.get_facecolor(), mpl.rcParams["axes.facecolor"])
        (operator,) = [line for line in figure.axes[2].collections if str(line.get_label()).startswith("operator")]
        assert mpl.colors.same_color(operator.get_color()[0], mpl.rcParams["axes.labelcolor"])


def test_functions_lie_over_their_own_measures(ax):
    """Each side is drawn over the bulk of its own measure."""
    plot_functions(decompose(lambda x, y: x * y, Gaussian(5.0, 2.0), Gaussian(-1.0, 0.1)), ax)
    f, g = ax.get_lines()
    np.testing.assert_allclose(f.get_xdata()[[0, -1]], [-1.0, 11.0])
    np.testing.assert_allclose(g.get_xdata()[[0, -1]], [-1.3, -0.7])


def test_a_kernel_singular_at_the_centre_can_be_drawn(ax):
    """log|xy| is infinite at x = 0, which is not among the points."""
    plot_functions(decompose(lambda x, y: np.log(np.abs(x * y))), ax)
    assert all(np.isfinite(line.get_ydata()).all() for line in ax.get_lines())
    assert len(ax.get_lines()) == 4


def test_a_zero_kernel_can_be_drawn(tmp_path):
    """Rank 0 has no value to show, and says so."""
    figure = summary_figure(decompose(lambda x, y: 0.0 * x * y))
    assert "rank 0" in [text.get_text() for text in figure.axes[0].texts]
    figure.savefig(tmp_path / "zero.png")


@pytest.mark.parametrize("draw", [plot_spectrum, plot_functions])
def test_without_axes_pyplot_makes_them(draw, svd):
    """With no Axes a new pyplot figure is made, so that plt.show and notebooks find it."""
    before = plt.get_fignums()
    ax = draw(svd)
    assert ax.figure.number not in before
    plt.close(ax.figure)
    assert plt.get_fignums() == before


def test_breaks_without_axes_are_pyplots_too():
    """With no Axes a new pyplot figure is made for a picture of breaks as well."""
    ax = plot_breaks(lambda x, y: x > y)
    assert ax.figure.number in plt.get_fignums()
    plt.close(ax.figure)


@pytest.mark.thorough
@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_summary_can_be_saved(suffix, svd, tmp_path):
    """Three panels with a cross-check and two without; pyplot knows neither figure."""
    check = crosscheck(sine, n=(20, 40), trials=5, rng=0, svd=svd)
    figure = summary_figure(svd, check)
    assert (len(figure.axes), len(summary_figure(svd).axes)) == (3, 2)
    figure.savefig(tmp_path / f"summary.{suffix}")
    assert (tmp_path / f"summary.{suffix}").stat().st_size > 5000
    assert plt.get_fignums() == []


def test_count_is_checked(svd, ax):
    """The number of functions is at least one."""
    with pytest.raises(ValueError, match="count must be an integer of at least 1, got 0"):
        plot_functions(svd, ax, count=0)


def test_breaks_are_the_points_in_the_window(ax):
    """The dots are the break points of the kernel within 3.5 standard deviations, and the window is just that."""
    mu_x, mu_y = Gaussian(1.0, 2.0), Gaussian(-1.0, 0.5)

    def step(x, y):
        return x > 4.0 * y

    assert plot_breaks(step, mu_x, mu_y, ax) is ax
    np.testing.assert_allclose([*ax.get_xlim(), *ax.get_ylim()], [-6.0, 8.0, -2.75, 0.75])
    points = break_points(step, mu_x, mu_y)
    seen = points[(np.abs(points[:, 0] - 1.0) < 7.0) & (np.abs(points[:, 1] + 1.0) < 1.75)]
    (dots,) = ax.get_lines()
    np.testing.assert_array_equal(dots.get_xydata(), seen)
    assert len(seen) > 10


def test_the_image_lies_under_the_breaks_the_right_way_up(ax):
    """Image and dots share the axes: h = (y > 1) is dark above y = 1, in the last rows of the image."""
    plot_breaks(lambda x, y: (y > 1.0) + 0.0 * x, ax=ax)
    (image,) = ax.get_images()
    shown = image.get_array()
    heights = np.linspace(-3.5, 3.5, len(shown))
    np.testing.assert_array_equal(shown[heights > 1.1], 1.0)
    np.testing.assert_array_equal(shown[heights < 0.9], 0.0)
    assert image.get_extent() == [-3.5, 3.5, -3.5, 3.5]
    assert image.origin == "lower"


@pytest.mark.parametrize(
    "h",
    [lambda x, y: x * y, lambda x, y: 0.0 * x * y, lambda x, y: np.log(np.abs(x - y))],
    ids=["smooth", "zero", "singular"],
)
def test_any_kernel_has_a_picture(h, ax, tmp_path):
    """No breaks, no kernel, or a singular one: there is an image all the same."""
    plot_breaks(h, ax=ax).figure.savefig(tmp_path / "breaks.png")
    assert len(ax.get_images()) == 1
    assert (tmp_path / "breaks.png").stat().st_size > 1000


def test_a_missing_matplotlib_is_named(monkeypatch, svd):
    """Without matplotlib the error says which extra brings it."""
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'opsvd\[plot\]'"):
        new_figure(1.0, 1.0)
    with pytest.raises(ImportError, match=r"a figure needs matplotlib"):
        summary_figure(svd)


def test_multiplets_are_lines_over_their_indices(ax):
    """A value that stands N times is drawn from its first index to its last; functions are radial ones."""
    svd = decompose(elementwise(np.tanh, 20), rtol=1e-4)
    plot_spectrum(svd, ax)
    lines = ax.collections[0].get_segments()
    assert len(lines) == len(svd.values)
    np.testing.assert_allclose([line[0, 1] for line in lines], svd.values)
    np.testing.assert_allclose(lines[0][:, 0], [0.6, 20.4])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    functions = plot_functions(svd, Figure().subplots(), count=2)
    assert len(functions.get_lines()) == 4
    assert functions.get_xlabel().startswith("$|x|$")


def test_functions_of_vectors_along_the_first_coordinate():
    """A kernel without symmetry: curves along the first coordinate of either side."""
    svd = decompose(lambda x, y: np.sin(x * y[..., 0]) + y[..., 1], Gaussian(), Gaussian.standard(2), rtol=1e-6)
    functions = plot_functions(svd, Figure().subplots(), count=2)
    assert len(functions.get_lines()) == 4
    assert functions.get_xlabel() == "$x$ (solid), first coordinate of $y$ (dashed)"


def test_functions_of_a_sphere_are_drawn_against_an_angle(ax):
    """Invariant kernels by Legendre polynomials of norm one; others around a great circle, at points of the sphere."""
    sphere = Sphere(3)
    plot_functions(decompose(elementwise(np.exp, 3), sphere, sphere, rtol=1e-4), ax, count=3)
    assert ax.get_xlabel() == "angle of $x$ from an axis (solid), angle of $y$ from an axis (dashed)"
    angles, values = ax.get_lines()[4].get_data()
    np.testing.assert_allclose(values, np.sqrt(5.0) * (1.5 * np.cos(angles) ** 2 - 0.5), atol=1e-12)

    def h(x, y):
        assert all(np.allclose(np.linalg.norm(points, axis=-1), 1.0) for points in (x, y))
        return x[..., 0] * y[..., 1]

    svd = decompose(h, sphere, sphere, rtol=0.1)
    circle = plot_functions(svd, Figure().subplots(), count=1)
    assert circle.get_xlabel().startswith("angle of $x$ on a great circle")
    angles, values = circle.get_lines()[0].get_data()
    np.testing.assert_allclose(np.abs(values), np.sqrt(3.0) * np.abs(np.cos(angles)), atol=0.1)


def test_functions_of_products_stay_in_the_support():
    """The first coordinate goes through the bulk of its own law."""
    square = Product(Uniform(0.0, 1.0), Gaussian())
    svd = decompose(lambda x, y: np.cos(x[..., 0] - y[..., 0]) * (1.0 + x[..., 1] * y[..., 1]), square, square,
                    rtol=1e-6)
    along = plot_functions(svd, Figure().subplots(), count=1).get_lines()[0].get_xdata()
    assert (0.0 < along[0] < 0.01, 0.99 < along[-1] < 1.0) == (True, True)


@pytest.mark.parametrize("draw", [plot_spectrum, plot_functions])
def test_what_is_no_decomposition_is_named(draw, ax):
    """Anything that has values, error bars, multiplicities and functions can be drawn, and nothing else."""
    with pytest.raises(TypeError, match=r"svd must be a Decomposition, got 3 \(int\); pass what opsvd.decompose"):
        draw(3, ax)
