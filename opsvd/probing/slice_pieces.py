"""Pieces of slices: how they are joined, cut in two, and graded towards a singular end."""

from dataclasses import dataclass, replace

import numpy as np

from .._support.floats import EPS


@dataclass(frozen=True, eq=False)
class SlicePieces:
    """Pieces of slices, all arrays of shape (p,).

    Attributes
    ----------
    index, left, right : ndarray
        The slice, and the ends.
    graded : ndarray of bool
        Whether they come from grading towards a singular end.
    tails : ndarray
        Truncation errors, of the pieces or of those they were cut from.
    stubborn : ndarray of bool
        Whether halving did not help, so that there must be a break.
    """

    index: np.ndarray
    left: np.ndarray
    right: np.ndarray
    graded: np.ndarray
    tails: np.ndarray
    stubborn: np.ndarray

    def __len__(self) -> int:
        """How many."""
        return len(self.index)

    def __getitem__(self, chosen: np.ndarray) -> "SlicePieces":
        """Some of them."""
        return SlicePieces(*[part[chosen] for part in vars(self).values()])

    def between(self, left: np.ndarray, right: np.ndarray) -> "SlicePieces":
        """The same with other ends."""
        return SlicePieces(self.index, left, right, self.graded, self.tails, self.stubborn)

    def joined(self, *others: "SlicePieces") -> "SlicePieces":
        """Itself and others, without those of no width."""
        some = [self, *(pieces for pieces in others if len(pieces))]
        together = zip(*(vars(pieces).values() for pieces in some), strict=True)
        pieces = SlicePieces(*(np.concatenate(parts) for parts in together))
        return pieces[pieces.right > pieces.left]


def halves(pieces: SlicePieces, where: np.ndarray) -> tuple[SlicePieces, SlicePieces]:
    """Both parts of pieces in which something was seen at a point: both have a break."""
    stubborn = replace(pieces, stubborn=np.ones(len(pieces), dtype=bool))
    return stubborn.between(pieces.left, where), stubborn.between(where, pieces.right)


def graded(pieces: SlicePieces, side: int) -> SlicePieces:
    """Pieces halving towards the left end (side 1) or the right end (side -1)."""
    if len(pieces) == 0:
        return pieces
    count = 50    # beyond 2^-50 of a width of one the next is rounding
    powers = np.append(2.0 ** -np.arange(count), 0.0)
    width = (pieces.right - pieces.left)[:, None]
    cuts = pieces.left[:, None] + width * powers if side == 1 else pieces.right[:, None] - width * powers
    # What would be narrower than the narrowest is one piece with the end itself.
    narrow = narrowest(pieces)[:, None] > width * powers[1:-1]
    cuts[:, 1:-1] = np.where(narrow, cuts[:, -1:], cuts[:, 1:-1])
    copies = replace(pieces, graded=np.ones(len(pieces), dtype=bool))[np.repeat(np.arange(len(pieces)), count)]
    outer, inner = cuts[:, :-1].ravel(), cuts[:, 1:].ravel()
    return copies.between(np.minimum(outer, inner), np.maximum(outer, inner))


def narrowest(pieces: SlicePieces) -> np.ndarray:
    """Widths, shape (p,), below which nodes would fall on the ends."""
    return np.asarray(512.0 * EPS * np.maximum(np.abs(pieces.left), np.abs(pieces.right)))
