"""Settings of Sphinx; every warning is an error, and every example runs (see .ci/run)."""

from importlib.metadata import version as installed_version

project = "opsvd"
author = "The opsvd authors"
copyright = author
version = release = installed_version("opsvd")

extensions = [
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

# No links into other projects' inventories: the pages must build without a network.
# Types therefore stand in the docstrings, in numpydoc's form, and not in the signatures.
autodoc_typehints = "none"
numpydoc_show_class_members = False    # the class template lists them

plot_include_source = True
plot_html_show_source_link = False
plot_html_show_formats = False
plot_formats = [("png", 150)]

html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_prev_next": True, "secondary_sidebar_items": ["page-toc"]}
html_sidebars = {"**": []}    # every page is in the bar at the top
html_show_sourcelink = False
