"""Pieces of slices: how they are joined, cut in two, and graded towards a singular end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .._support.floats import EPS, chunks


@dataclass(frozen=True, eq=False)
class SlicePieces:
    """Pieces of slices, all arrays of shape (p,).

    Attributes
    ----------
    index, left, right : ndarray
        The slice, and the ends.
    graded : ndarray of int
        Zero where they do not come from grading towards a singular end; 1 or -1 where they hold a singular left or
        right end, to which they may be graded once more; else 2.
    tails : ndarray
        Truncation errors, of the pieces or of those they were cut from.
    stubborn : ndarray of bool
        Whether halving did not help, so that there must be a break.
    in_vain : ndarray of int
        How often cutting did not help where pieces are that narrow that h is rounding there.
    """

    index: np.ndarray
    left: np.ndarray
    right: np.ndarray
    graded: np.ndarray
    tails: np.ndarray
    stubborn: np.ndarray
    in_vain: np.ndarray

    def __len__(self) -> int:
        """How many."""
        return len(self.index)

    def __getitem__(self, chosen: np.ndarray | slice) -> "SlicePieces":
        """Some of them."""
        return SlicePieces(*[part[chosen] for part in vars(self).values()])

    def in_batches(self, function: Callable[..., "SlicePieces"], **options: bool) -> "SlicePieces":
        """What a function makes of them, 16,000 at a time: samples of more leave the processor's caches.

        That saves a fifth of the time of floor(3(x + y)), and the clock is looked at in each.
        """
        return self[:0].joined(*(function(self[some], **options) for some in chunks(len(self), 1, 16_000)))

    def between(self, left: np.ndarray, right: np.ndarray) -> "SlicePieces":
        """The same with other ends."""
        return replace(self, left=left, right=right)

    def joined(self, *others: "SlicePieces") -> "SlicePieces":
        """Itself and others, without those of no width."""
        some = [self, *(pieces for pieces in others if len(pieces))]
        together = zip(*(vars(pieces).values() for pieces in some), strict=True)
        pieces = SlicePieces(*(np.concatenate(parts) for parts in together))
        wide = pieces.right > pieces.left
        return pieces if wide.all() else pieces[wide]


def cut_at(pieces: SlicePieces, where: np.ndarray) -> SlicePieces:
    """Both parts of pieces in which something was seen at a point: both have a break."""
    stubborn = replace(pieces, stubborn=np.ones(len(pieces), dtype=bool))
    return stubborn.between(pieces.left, where).joined(stubborn.between(where, pieces.right))


def holding(number: np.ndarray, ends: np.ndarray, index: np.ndarray, where: np.ndarray) -> np.ndarray:
    """The piece that holds each of some points of slices, shape (m,); -1 where there is none.

    Parameters
    ----------
    number, ends : ndarray, shapes (p,) and (p, 2)
        The slice and the ends of each piece.
    index, where : ndarray, shape (m,)
        The slices and the points.
    """
    if len(ends) == 0:
        return np.full(len(index), -1)
    order = np.lexsort((ends[:, 0], number))
    low, size = float(ends.min()), float(np.ptp(ends)) + 1.0
    places = np.clip((where - low) / size, 0.0, 0.999)
    place = np.searchsorted(number[order] + (ends[order, 0] - low) / size, index + places, side="right") - 1
    piece = order[np.maximum(place, 0)]
    good = (place >= 0) & (number[piece] == index) & (where > ends[piece, 0]) & (where < ends[piece, 1])
    return np.where(good, piece, -1)


def graded(pieces: SlicePieces, side: int) -> SlicePieces:
    """Pieces halving towards the left end (side 1) or the right end (side -1), of those that are not graded or hold it.

    First a half of those that may be, which is enough for roots: what is left of them in 2^-24 of a width is 1e-12.
    """
    if len(pieces) == 0:
        return pieces
    first = pieces.graded == 0
    if first.any() and not first.all():
        return graded(pieces[first], side).joined(graded(pieces[~first], side))
    count = 25    # beyond 2^-50 of a width of one, of which twice as many come to 2^-48, the next is rounding
    powers = np.append(2.0 ** -np.arange(count), 0.0)
    width = (pieces.right - pieces.left)[:, None]
    cuts = pieces.left[:, None] + width * powers if side == 1 else pieces.right[:, None] - width * powers
    # What would be narrower than the narrowest is one piece with the end itself.
    narrow = narrowest(pieces)[:, None] > width * powers[1:-1]
    cuts[:, 1:-1] = np.where(narrow, cuts[:, -1:], cuts[:, 1:-1])
    copies = pieces[np.repeat(np.arange(len(pieces)), count)]
    place = np.tile(np.arange(count), len(pieces))
    copies = replace(copies, graded=np.where((place == count - 1) & (copies.graded == 0), side, 2))
    outer, inner = cuts[:, :-1].ravel(), cuts[:, 1:].ravel()
    return copies.between(np.minimum(outer, inner), np.maximum(outer, inner))


def narrowest(pieces: SlicePieces) -> np.ndarray:
    """Widths, shape (p,), below which nodes would fall on the ends."""
    return np.asarray(512.0 * EPS * np.maximum(np.abs(pieces.left), np.abs(pieces.right)))
