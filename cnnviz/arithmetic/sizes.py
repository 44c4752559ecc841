r"""How large the output of a sliding window is, per axis, and what to do when it does not fit.

.. math:: o = \frac{n + p_0 + p_1 - d (k - 1) - 1}{s} + 1

for an input of ``n``, a kernel of ``k``, stride ``s``, padding ``(p0, p1)`` before and after, and dilation ``d``:
Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285. Programs differ only in how they round a fraction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

POLICIES = ("error", "floor", "ceil", "same")
LARGEST = 10**9  # beyond it no array exists, and the quotient as a float would lose digits

Pair = tuple[int, int]


class BadSize(ValueError):
    """A window that can't be placed; the message is one sentence that tells the fix."""


@dataclass(frozen=True)
class Window:
    """One axis of a window: kernel ``k``, ``stride``, zeros ``(before, after)``, ``dilation``, and the fit ``policy``.

    ``error`` refuses a fraction (as deck D1 does), ``floor`` drops what is left over (every convolution of PyTorch),
    ``ceil`` lets the last window hang over (PyTorch's pooling with ``ceil_mode``), ``same`` pads so that the output is
    ``ceil(n / stride)`` (TensorFlow's SAME; ``padding`` is not used).
    """

    k: int
    stride: int = 1
    padding: Pair = (0, 0)
    dilation: int = 1
    policy: str = "floor"

    def __post_init__(self) -> None:
        """Refuse what is no window."""
        for name, value, low in (("kernel", self.k, 1), ("stride", self.stride, 1), ("dilation", self.dilation, 1)):
            _check(name, value, low)
        for value in self.padding:
            _check("padding", value, 0)
        if self.policy not in POLICIES:
            raise BadSize(f"no policy is called {self.policy!r}; there are: {', '.join(POLICIES)}")

    @property
    def extent(self) -> int:
        """Cells from the first weight to the last, ``d (k - 1) + 1``."""
        return self.dilation * (self.k - 1) + 1

    def same_padding(self) -> Pair:
        """Zeros that keep the size at stride 1, ``d (k - 1)`` in all: PyTorch's ``padding="same"``, more at the end."""
        return _halves(self.extent - 1)


@dataclass(frozen=True)
class Fit:
    """What comes out of one axis.

    ``size`` is None if the policy refuses; ``exact`` is the quotient before rounding; ``padding`` is what was really
    used; ``dropped`` cells at the end of the padded input lie under no window (for ``error``: would be left over), and
    ``overhang`` cells of the last window lie beyond it (for ``ceil``).
    """

    n: int
    window: Window
    size: int | None
    exact: float
    fits: bool
    dropped: int
    overhang: int
    padding: Pair

    @property
    def padded(self) -> int:
        """Length of the input with its padding."""
        return self.n + sum(self.padding)

    @property
    def lost(self) -> int:
        """Dropped cells that are input, not padding."""
        return min(self.n, max(0, self.dropped - self.padding[1]))

    @property
    def symmetric(self) -> int | None:
        """The least padding per side with which the window fits, None if none does."""
        w = self.window
        least = max(0, -(-(w.extent - self.n) // 2))
        # 2p ≡ extent - n (mod stride): one solution for an odd stride; for an even one only if the right side is even
        gap = w.extent - self.n
        if w.stride % 2:
            residue, modulus = gap * (w.stride + 1) // 2, w.stride
        elif gap % 2:
            return None
        else:
            residue, modulus = gap // 2, w.stride // 2
        return least + (residue - least) % modulus

    @property
    def asymmetric(self) -> Pair:
        """The least padding in all with which the window fits, its halves before and after, more at the end."""
        gap = self.window.extent - self.n
        least = max(0, gap)
        return _halves(least + (gap - least) % self.window.stride)

    @property
    def read(self) -> int:
        """Cells of the padded input that some weight reads; a stride or a dilation may step over others."""
        steps = range(0, (self.size or max(1, int(self.exact))) * self.window.stride, self.window.stride)
        taps = range(0, self.window.extent, self.window.dilation)
        return len({start + tap for start in steps for tap in taps if start + tap < self.padded})

    @property
    def strides(self) -> tuple[int, ...]:
        """The strides that fit: divisors of the room the window has to move (1 alone if it has none)."""
        room = self.padded - self.window.extent
        small = [s for s in range(1, int(max(room, 0) ** 0.5) + 1) if room % s == 0]
        return tuple(sorted({*small, *(room // s for s in small)})) or (1,)


@dataclass(frozen=True)
class Sizes:
    """Both axes of a picture: rows, then columns."""

    rows: Fit
    columns: Fit
    fits: bool = field(init=False)

    def __post_init__(self) -> None:
        """Both have to fit."""
        object.__setattr__(self, "fits", self.rows.fits and self.columns.fits)

    @property
    def size(self) -> Pair | None:
        """Height and width, None if either axis is refused."""
        if self.rows.size is None or self.columns.size is None:
            return None
        return self.rows.size, self.columns.size


def fit(n: int, window: Window) -> Fit:
    """Place ``window`` along an axis of ``n`` cells.

    Raises :class:`BadSize` if not even one window fits; with ``ceil`` it may hang over the end, as in PyTorch.
    """
    found = place(n, window)
    if found.size is None and found.padded < window.extent:
        raise BadSize(_too_large(n, window))
    return found


def place(n: int, window: Window) -> Fit:
    """As :func:`fit`, but a window too large for its input is placed too: its size is None and it hangs over."""
    _check("input", n, 1)
    if window.policy == "same":
        return _fit_same(n, window)
    padded = n + sum(window.padding)
    room = padded - window.extent
    quotient, left = divmod(room, window.stride)
    size = quotient + 1
    if window.policy == "ceil" and left:
        # PyTorch's pooling: the last window must start in the input or in the padding before it
        size += size * window.stride < n + window.padding[0]
    covered = (max(size, 1) - 1) * window.stride + window.extent
    refused = size < 1 or (window.policy == "error" and left)
    return Fit(
        n=n,
        window=window,
        size=None if refused else size,
        exact=(room + window.stride) / window.stride,
        fits=not left and size >= 1,
        dropped=max(0, padded - covered),
        overhang=max(0, covered - padded),
        padding=window.padding,
    )


def output_size(n: Pair, rows: Window, columns: Window) -> Sizes:
    """Height and width of what comes out of an input of ``n`` = (height, width)."""
    return Sizes(fit(n[0], rows), fit(n[1], columns))


def transposed(n: int, window: Window, output_padding: int = 0) -> int:
    r"""Size after a transposed convolution, ``torch.nn.ConvTranspose2d``.

    .. math:: o = (n - 1) s - p_0 - p_1 + d (k - 1) + 1 + \text{output padding}

    Nothing is rounded, so the policy says nothing here. Raises :class:`BadSize`.
    """
    _check("input", n, 1)
    _check("output padding", output_padding, 0)
    if window.policy == "same":
        raise BadSize("a transposed convolution takes its padding as a number; leave out the policy same")
    most = max(window.stride, window.dilation) - 1
    if output_padding > most:
        raise BadSize(
            f"output padding {output_padding} would make up whole steps; choose at most {most}, less than the stride"
        )
    size = (n - 1) * window.stride - sum(window.padding) + window.extent + output_padding
    if size < 1:
        raise BadSize(f"the padding cuts away all of the output; lower it by at least {1 - size} in all")
    return size


def round_trip(fitted: Fit) -> list[Pair]:
    """Every input size with the output size of ``fitted``, each with the output padding that recovers it.

    A stride of ``s`` maps ``s`` sizes to the same one: the transposed convolution has to be told which to return.
    """
    if fitted.size is None:
        return []
    window = replace(fitted.window, padding=fitted.padding, policy="floor")
    first = (fitted.size - 1) * window.stride + window.extent - sum(fitted.padding)
    return [(first + extra, extra) for extra in range(window.stride) if first + extra >= 1]


def _fit_same(n: int, window: Window) -> Fit:
    """TensorFlow's SAME: ``ceil(n / s)`` windows, and the padding that takes, more of it at the end."""
    size = -(-n // window.stride)
    padding = _halves(max(0, (size - 1) * window.stride + window.extent - n))
    room = n + sum(padding) - window.extent
    left = room % window.stride  # only if the stride is larger than the kernel
    return Fit(
        n, window, size, (room + window.stride) / window.stride, not left, dropped=left, overhang=0, padding=padding
    )


def _halves(total: int) -> Pair:
    return total // 2, total - total // 2


def _check(name: str, value: int, low: int) -> None:
    if not low <= value <= LARGEST:
        short = str(value) if abs(value) <= LARGEST else "too large"
        raise BadSize(f"the {name} is {short}; choose a whole number from {low} to {LARGEST:,}")


def _too_large(n: int, window: Window) -> str:
    """Why no window fits, and the padding that helps."""
    spread = f" spread over {window.extent}" if window.dilation > 1 else ""
    padded = f" ({n + sum(window.padding)} with its padding)" if any(window.padding) else ""
    least = -(-(window.extent - n) // 2)
    return f"a kernel of {window.k}{spread} does not fit an input of {n}{padded}; raise padding to at least {least}"
