"""The textured forms: the same on every machine, out of reach for a linear classifier, work for a small network."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from cnnviz.data.generated import BadCount
from cnnviz.data.sets import opened
from cnnviz.data.textures import CLASSES, VERSION, textures


def test_every_ten_in_a_row_hold_each_class_once():
    labels = textures(200, seed=3).labels
    assert all(sorted(tens) == list(range(10)) for tens in labels.reshape(-1, 10))
    assert len(set(CLASSES)) == 10


def test_pictures_are_the_same_on_every_machine():
    data = textures(300, seed=1)
    assert data.images.shape == (300, 32, 32, 3)
    found = hashlib.sha256(data.images.tobytes() + data.labels.tobytes()).hexdigest()
    # whoever changes this digest raises VERSION, or prepared sets would stay as they were
    assert (VERSION, found) == (1, "256d070d32f122cfca487244f74251ba46fbd0f79f08281353c527ad4938fc62")


def test_fewer_pictures_are_the_beginning_of_more():
    few, many = textures(137, seed=5), textures(300, seed=5)
    assert np.array_equal(few.images, many.images[:137])
    assert np.array_equal(few.labels, many.labels[:137])


def test_a_negative_count_is_refused():
    assert len(textures(0)) == 0
    with pytest.raises(BadCount, match="at least 0"):
        textures(-1)


def _rows(part):
    return part.images.reshape(len(part), -1) / np.float32(255) - np.float32(0.5)


def test_a_linear_classifier_stays_below_half():
    """Ridge regression on the classes as zeros and ones, solved in its dual form: as many unknowns as pictures."""
    train, test = textures(1_500, seed=1), textures(600, seed=2)
    rows, unseen = _rows(train), _rows(test)
    products, across = rows @ rows.T + 1, unseen @ rows.T + 1  # the one is the bias
    found = []
    for penalty in (30, 3_000):
        weights = np.linalg.solve(products + penalty * np.eye(len(rows), dtype=np.float32), np.eye(10)[train.labels])
        found.append(float(((across @ weights).argmax(1) == test.labels).mean()))
    assert 0.05 < max(found) < 0.5


def test_colours_say_nothing():
    """The nearest mean by colour: chance is 10 %."""
    train, test = (textures(count, seed=seed) for count, seed in ((1_500, 1), (600, 2)))
    told, asked = (np.concatenate([p.images.mean((1, 2)), p.images.std((1, 2))], axis=1) for p in (train, test))
    middles = np.stack([told[train.labels == k].mean(0) for k in range(10)])
    nearest = ((asked[:, None] - middles) ** 2).sum(-1).argmin(1)
    assert float((nearest == test.labels).mean()) < 0.25


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_small_network_lands_between_70_and_95_percent():
    import torch
    from torch.nn.functional import cross_entropy

    from cnnviz.models.convnetjs import build

    torch.manual_seed(0)
    data = opened("textures")
    seen, unseen = (torch.tensor(part.images).permute(0, 3, 1, 2) / 255 - 0.5 for part in (data.train, data.test))
    labels, truth = torch.tensor(data.train.labels), torch.tensor(data.test.labels)
    net, epochs, batches = build(10), 10, len(labels) // 64
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=epochs * batches, cycle_momentum=False)
    for _ in range(epochs):
        for batch in torch.randperm(len(labels))[: 64 * batches].split(64):
            optimizer.zero_grad()
            cross_entropy(net(seen[batch]), labels[batch]).backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        accuracy = float((net(unseen).argmax(1) == truth).float().mean())
    assert 0.70 < accuracy < 0.95
