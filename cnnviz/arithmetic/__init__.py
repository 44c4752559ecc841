"""The arithmetic of convolutional layers: which numbers come out, and how many. numpy only, no torch."""

from __future__ import annotations

from cnnviz.arithmetic.chains import BadChain, parse_chain, walk
from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.counts import convolution_parameters, dense_parameters, local_parameters
from cnnviz.arithmetic.geometry import Geometry, Setting, work_out
from cnnviz.arithmetic.kernels import KERNELS, kernel
from cnnviz.arithmetic.padding import BadConvolution, pad
from cnnviz.arithmetic.pooling import BadPooling, Pool, pool
from cnnviz.arithmetic.sizes import POLICIES, BadSize, Fit, Sizes, Window, fit, output_size, transposed
from cnnviz.arithmetic.unrolled import im2col, toeplitz

__all__ = [
    "KERNELS",
    "POLICIES",
    "BadChain",
    "BadConvolution",
    "BadPooling",
    "BadSize",
    "Fit",
    "Geometry",
    "Pool",
    "Setting",
    "Sizes",
    "Window",
    "convolution_parameters",
    "convolve",
    "dense_parameters",
    "fit",
    "im2col",
    "kernel",
    "local_parameters",
    "output_size",
    "pad",
    "parse_chain",
    "pool",
    "toeplitz",
    "transposed",
    "walk",
    "work_out",
]
