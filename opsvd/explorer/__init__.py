"""The page in the browser: what a person types, what it shows, the notebook that makes it, and its server."""

from .inputs import EXAMPLES, HELP, Inputs
from .page import cards, facts, message, svg, table
from .timed import sampled

__all__ = ["EXAMPLES", "HELP", "Inputs", "cards", "facts", "message", "sampled", "svg", "table"]
