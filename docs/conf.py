"""Settings of Sphinx; every warning is an error, and every example runs (see .ci/run)."""

import sys
from importlib.metadata import version as installed_version
from importlib.resources import files
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))    # for public_names and gallery_style

project = "opsvd"
author = "The opsvd authors"
copyright = author
version = release = installed_version("opsvd")

extensions = [
    "public_names",
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "gallery"]
templates_path = ["_templates"]
# MathJax is part of the built pages, so that they can be read from a directory, without a network: one file,
# which draws formulas as SVG and needs no fonts. As an extension sphinx-mathjax-offline would copy all of its 24 MB.
mathjax_path = "tex-svg.js"
html_static_path = ["_static", str(files("sphinx-mathjax-offline").joinpath("static", "mathjax", mathjax_path))]

myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3

# No links into other projects' inventories: the pages must build without a network.
# Types therefore stand in the docstrings, in numpydoc's form, and not in the signatures.
autodoc_typehints = "none"
# The page of a type alias shows what it consists of, which has no page of its own.
nitpick_ignore_regex = [("py:class", r"opsvd\.measures\.as_measure\..*|numpy\.(_typing\..*|dtype)")]
numpydoc_show_class_members = False    # the class template lists them

# Scripts in gallery/ become pages in auto_gallery/, which is made anew at each build.
sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "abort_on_example_error": True,
    "image_scrapers": ("matplotlib",),
    "capture_repr": ("_repr_html_", "__repr__"),
    "ignore_repr_types": r"matplotlib",    # figures are shown as pictures
    "reset_modules": ("matplotlib", "gallery_style.colours"),
    "show_signature": False,
    "write_computation_times": False,
}

plot_include_source = True
plot_html_show_source_link = False
plot_html_show_formats = False
plot_formats = [("png", 150)]

html_title = "opsvd"    # short, since it stands in the bar at the top of narrow pages too
html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 7,    # all of them in the bar
    "navbar_persistent": ["search-button"],    # a sign alone, so that the bar is one row at 1280 pixels
}
html_sidebars = {page: [] for page in ("index", "start", "how_do_i", "explore")}    # others list those of their group
html_css_files = ["opsvd.css"]
html_show_sourcelink = False
