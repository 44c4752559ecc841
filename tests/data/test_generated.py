"""The generated shapes: balanced, the same on every machine, hard for a linear classifier and easy for a small CNN."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from cnnviz.data.generated import CLASSES, BadCount, shapes


def test_every_ten_in_a_row_hold_each_class_once():
    data = shapes(200, seed=3)
    assert data.classes == CLASSES
    assert len(set(CLASSES)) == 10
    for tens in data.labels.reshape(-1, 10):
        assert sorted(tens) == list(range(10))


def test_pictures_are_bytes_of_the_size_asked_for():
    assert all(p.shape == (32, 32, 3) and p.dtype == np.uint8 for p in shapes(12).images)
    assert shapes(3, size=48).images[0].shape == (48, 48, 3)
    assert len(shapes(0)) == 0


def test_pictures_are_the_same_on_every_machine():
    data = shapes(300, seed=1)
    found = hashlib.sha256(np.stack(data.images).tobytes() + data.labels.tobytes()).hexdigest()
    assert found == "e52b4a7fcb51e01da3965f89ab4e33fc6f48b929cae7aaddc98555a64768b678"


def test_fewer_pictures_are_the_beginning_of_more():
    few, many = shapes(137, seed=5), shapes(300, seed=5)
    assert np.array_equal(np.stack(few.images), np.stack(many.images[:137]))
    assert np.array_equal(few.labels, many.labels[:137])


def test_another_seed_gives_other_pictures():
    one, other = (np.stack(shapes(20, seed=seed).images).astype(int) for seed in (0, 1))
    assert (np.abs(one - other).mean(axis=(1, 2, 3)) > 10).all()


@pytest.mark.parametrize(("count", "size"), [(-1, 32), (10, 4), (10, 1000)])
def test_what_cannot_be_drawn_is_refused_in_a_sentence(count, size):
    with pytest.raises(BadCount, match="ask for"):
        shapes(count, size=size)


def _tensors(count, seed):
    import torch

    data = shapes(count, seed=seed)
    return torch.tensor(np.stack(data.images)).permute(0, 3, 1, 2).float() / 127.5 - 1, torch.tensor(data.labels)


def _accuracy(net, *, lr, epochs, decay=0.0, see=lambda x: x):
    import torch
    from torch.nn.functional import cross_entropy

    (x, y), (unseen, truth) = _tensors(2500, 1), _tensors(500, 2)
    x, unseen = see(x), see(unseen)
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=decay)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            cross_entropy(net(x[batch]), y[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        return float((net.eval()(unseen).argmax(1) == truth).float().mean())


def test_colour_alone_says_nothing():
    from torch import manual_seed, nn

    manual_seed(0)
    means = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 10))
    assert _accuracy(means, lr=1e-2, epochs=6, see=lambda x: x.mean(dim=(2, 3))) < 0.2


def test_a_linear_classifier_stays_well_below_a_small_cnn():
    from torch import manual_seed, nn

    manual_seed(0)
    linear = _accuracy(nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)), lr=5e-4, epochs=3, decay=0.05)
    blocks = [
        nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))
        for i, o in ((3, 12), (12, 24), (24, 24))
    ]
    convolutional = _accuracy(
        nn.Sequential(*blocks, nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(96, 10)), lr=4e-3, epochs=3
    )
    assert 0.15 < linear < 0.5
    assert convolutional > linear + 0.3
