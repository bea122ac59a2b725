"""A stranger's method: ever more cells, judged by the energy that they leave."""

from cells import Cells
from energy import EnergyEvidence

from opsvd import Method
from opsvd.operator.discretisation import Discretisation, galerkin_block


class Halving(Method):
    """Cells of equal probability, twice as many each time."""

    def __init__(self, energy, largest=512):
        self.energy, self.largest = energy, largest

    def discretisations(self, problem):
        """From 8 cells on."""
        count = 8
        while count <= self.largest:
            block = galerkin_block(problem, Cells(problem.mu_x, count), Cells(problem.mu_y, count))
            yield Discretisation((block,), lambda system: EnergyEvidence(system.values, self.energy),
                                 f"{count} cells of equal probability")
            count *= 2
