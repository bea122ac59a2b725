"""A stranger's basis: functions that are constant on cells of equal probability under a Gaussian."""

import numpy as np
from scipy.special import ndtr, ndtri

from opsvd.bases import LineBasis

NODES = 8    # in each cell, for means over it


class Cells(LineBasis):
    """The functions sqrt(n) on one of n cells, and zero elsewhere."""

    def __init__(self, measure, count):
        self.measure, self.count = measure, count
        self.edges = measure.mean + measure.std * ndtri(np.clip(np.arange(count + 1) / count, 1e-16, 1.0 - 1e-16))
        nodes = measure.mean + measure.std * ndtri((np.arange(NODES * count) + 0.5) / (NODES * count))
        self.rule = measure.rule(nodes, 1.0 / (NODES * count * measure.sqrt_density(nodes) ** 2))

    @property
    def size(self):
        """One function a cell."""
        return self.count

    @property
    def interval(self):
        """As far as the cells reach."""
        return float(self.edges[0]), float(self.edges[-1])

    @property
    def panels(self):
        """The cells."""
        return self.edges

    def half_density(self, x):
        """The root of the count in the cell of a point, times the root of the density."""
        cell = np.minimum(self.count * ndtr((x - self.measure.mean) / self.measure.std), self.count - 1).astype(int)
        return np.sqrt(self.count) * np.eye(self.count)[cell] * self.measure.sqrt_density(x)[..., None]

    def analyse(self, samples):
        """Means over the cells."""
        return samples.reshape(self.count, NODES, *samples.shape[1:]).sum(axis=1) / np.sqrt(NODES)

    def synthesise(self, coefficients):
        """The same value at all nodes of a cell."""
        return np.repeat(coefficients, NODES, axis=0) / np.sqrt(NODES)

    def state(self):
        """The number of cells."""
        return {"count": self.count}
