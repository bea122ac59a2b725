"""What the pages do with names: those that are public are links, and what is internal is not listed."""

from typing import Any

from docutils import nodes
from sphinx.addnodes import desc_parameter, desc_signature, pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

import opsvd
from opsvd.sampling import Engine

# What examples call their objects.
_OF_CLASS = {"svd": "OperatorSVD", "check": "CrossCheck", "sampled": "MonteCarloSpectrum"}


# Members that other files of opsvd need, and users do not.
_INTERNAL = {
    "OperatorSVD": {"leading", "times", "extended", "for_kernel"},
    "SingularFunctions": {"side", "line", "interval", "panels", "half_density", "stacked", "through", "truncated",
                          "values_near_zero", "mixed_of_members", "means", "shells", "radial", "reconstruct"},
    "Kernel": {"at_points", "along", "mapped", "grid", "listed", "finite_grid", "finite_beside", "non_finite",
               "limited", "factor", "scaled", "converted"},
    "BlockKernel": {"beside", "blocks", "entry", "require_whole"},
    "DecayLaw": {"times"},
    "Estimate": {"times"},
    "MatrixSpectrum": {"times"},
}

# What these say of their members is said once, and not again for every subclass.
_BASES = (opsvd.Measure, opsvd.LineMeasure, opsvd.Kernel, opsvd.Method, Engine)


def left_out(_app: Sphinx, _what: str, name: str, member: Any, _skip: bool, _options: object) -> bool | None:
    """Whether a member is not listed: None leaves it to Sphinx."""
    owner = getattr(getattr(member, "fget", None) or member, "__qualname__", "").rpartition(".")[0]
    if name in _INTERNAL.get(owner, ()):
        return True
    bases = getattr(getattr(opsvd, owner, None), "__mro__", (None,))[1:]
    return True if any(base in _BASES and name in vars(base) for base in bases) else None


class LinkedNames(SphinxPostTransform):
    """Make links of `opsvd.decompose`, `decompose(...)`, `svd.predict` and the like, where these are documented."""

    default_priority = 5    # before references are resolved, which is done at 10

    def run(self, **_: object) -> None:
        """Wrap each name in a reference that is known to exist."""
        known = self.env.domains.python_domain.objects
        for node in list(self.document.findall(lambda one: isinstance(one, nodes.literal | nodes.title_reference))):
            inside = node.parent
            while inside is not None and not isinstance(inside, nodes.reference | nodes.title | pending_xref):
                inside = inside.parent
            target = None if inside is not None else _target(node.astext(), node, known)
            if target is not None and target != node.get("py:class"):
                link = pending_xref("", refdomain="py", reftype="obj", reftarget=target, refexplicit=True,
                                    refdoc=self.env.docname)
                node.replace_self(link)
                link.append(nodes.literal("", node.astext()))


def _target(text: str, node: nodes.Node, known: dict[str, object]) -> str | None:
    """The full name of the documented object that a text names, if it names one."""
    name = text.split("(")[0]
    if not name.replace(".", "").isidentifier():
        return None
    first, _, rest = name.partition(".")
    tried = [name, f"opsvd.{name}"]
    if first in _OF_CLASS and rest:
        tried.append(f"opsvd.{_OF_CLASS[first]}.{rest}")
    if isinstance(node, nodes.title_reference):    # of a docstring: a member, or an argument
        around = _descriptions_around(node)
        if any(name == argument.astext().split("=")[0] for one in around for argument in one.findall(desc_parameter)):
            return None
        tried += [f"{one['module']}.{one['fullname']}.{name}" for one in around if one.get("fullname")]
    return next((target for target in tried if target.startswith("opsvd.") and target in known), None)


def _descriptions_around(node: nodes.Node) -> list[desc_signature]:
    """The signatures of the objects in whose descriptions a node stands."""
    found = []
    while node is not None:
        found += [first for first in node.children[:1] if isinstance(first, desc_signature)]
        node = node.parent
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-skip-member", left_out)
    app.add_post_transform(LinkedNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
