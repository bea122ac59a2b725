"""Dependence between two random variables: canonical correlations, and correspondence analysis of tables."""

from .density_ratio import dependence
from .result import Dependence

__all__ = ["Dependence", "dependence"]
