"""What the tests of downloads share: the content, an opener for loopback, and two ways to ask."""

from __future__ import annotations

import functools
import hashlib

import numpy as np
import pytest

from cnnviz.data.downloads import DownloadError, fetch
from cnnviz.data.transfers import open_url

CONTENT = np.random.default_rng(5).bytes(600_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PREFIX = DIGEST[:8]
OPENER = functools.partial(open_url, timeout=(5.0, 1.5), loopback_http=True)


def get(server, target, **options):
    options = {"sha256": PREFIX, "size": len(CONTENT), "opener": OPENER} | options
    return list(fetch(server.url, target, **options))


def refused(server, target, **options):
    with pytest.raises(DownloadError) as error:
        get(server, target, **options)
    sentence = str(error.value)
    assert 20 <= len(sentence) <= 140
    assert sentence.endswith(".")
    assert not target.exists()
    return sentence


def leftovers(target):
    return sorted(path.name for path in target.parent.iterdir() if path.suffix != ".lock")
