"""Weights on disk: what is saved comes back, what was changed does not."""

import hashlib
import json

import numpy as np
import pytest
import torch

from cnnviz.models import BadWeights, load
from cnnviz.models.weights import embedded, read_card, read_embedded, save_embedded


def test_what_is_saved_comes_back(saved, model):
    state, card = read_embedded("tiny")
    original = model.state_dict()
    assert set(state) == set(original)
    for key, tensor in state.items():
        assert tensor.dtype == original[key].dtype
        expected = original[key].half().float() if original[key].ndim > 1 else original[key]
        assert tensor.equal(expected), key
    assert card["classes"] == ["ash", "beech", "birch"]
    assert card["parameters"] == 3 * 4 * 9 + 4 + 8 + 4 * 3 + 3
    assert card["sha256"] == hashlib.sha256((saved / "tiny.safetensors").read_bytes()).hexdigest()
    assert {"name", "title", "data", "recipe", "seed", "accuracy", "created_by", "licence"} <= set(card)


def test_the_loaded_network_answers_like_the_saved_one(saved, model, pictures):
    network = load("tiny")
    with torch.inference_mode():
        expected = model.eval()(network.prepare(pictures[:8])).softmax(1).numpy()
    np.testing.assert_allclose(network.predict(pictures[:8]), expected, atol=2e-3)
    assert network.classes == ("ash", "beech", "birch")
    assert not any(tensor.is_meta for tensor in network.model.state_dict().values())


def test_saving_again_gives_the_same_file(saved, model):
    content = (saved / "tiny.safetensors").read_bytes()
    network = load("tiny")
    facts = {key: network.card[key] for key in ("classes", "data", "recipe", "seed", "accuracy")}
    save_embedded("tiny", network.model, **facts, folder=saved, command=network.card["created_by"])
    assert (saved / "tiny.safetensors").read_bytes() == content
    assert sorted(path.name for path in saved.iterdir()) == ["tiny.json", "tiny.safetensors"]


def test_loading_draws_nothing_from_the_random_generator(saved):
    before = torch.get_rng_state()
    load("tiny")
    assert torch.get_rng_state().equal(before)


def test_every_changed_byte_of_the_weights_is_refused(saved):
    target = saved / "tiny.safetensors"
    content = target.read_bytes()
    for place in range(0, len(content), 7):
        target.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(BadWeights, match=r"tiny.*restore"):
            read_embedded("tiny")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("classes", ["beech", "ash", "birch"]),
        ("accuracy", {"top1": 0.99}),
        ("seed", 6),
        ("sha256", "0" * 64),
        ("new", 1),
    ],
)
def test_a_changed_card_is_refused(saved, key, value):
    path = saved / "tiny.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(BadWeights, match=r"tiny\.json.*restore both files.*train tiny again"):
        load("tiny")


def test_the_layout_of_the_card_is_free(saved):
    path = saved / "tiny.json"
    path.write_bytes(json.dumps(json.loads(path.read_text()), indent=7).replace("\n", "\r\n").encode())
    assert load("tiny").card["seed"] == 5


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\x00", '{"sha256": 3}'])
def test_a_card_that_is_none_is_refused(saved, text):
    (saved / "tiny.json").write_text(text)
    with pytest.raises(BadWeights, match="restore"):
        load("tiny")
    assert read_card("tiny").get("accuracy") is None


@pytest.mark.parametrize("content", [b"", b"\xff" * 8, b"\x08" + bytes(7) + b"[1,2,3] ", b"not weights"])
def test_a_file_that_its_card_vouches_for_but_is_no_safetensors_is_refused(saved, content):
    (saved / "tiny.safetensors").write_bytes(content)
    card = json.loads((saved / "tiny.json").read_text()) | {"sha256": hashlib.sha256(content).hexdigest()}
    (saved / "tiny.json").write_text(json.dumps(card))
    with pytest.raises(BadWeights, match="not a safetensors file"):
        load("tiny")


@pytest.mark.parametrize("missing", ["tiny.json", "tiny.safetensors"])
def test_a_missing_file_is_named(saved, missing):
    (saved / missing).unlink()
    assert not embedded("tiny")
    with pytest.raises(BadWeights, match=rf"{missing} is missing"):
        load("tiny")


def test_weights_of_another_network_are_refused(saved, register):
    register(build=lambda classes: torch.nn.Linear(3, classes))
    with pytest.raises(BadWeights, match="another version of the network; train it again"):
        load("tiny")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_a_network_that_diverged_is_not_saved(register, model, tmp_path, value):
    register()
    with torch.no_grad():
        model[0].weight[0, 0, 0, 0] = value
    with pytest.raises(ValueError, match=r"0\.weight.*diverged"):
        save_embedded("tiny", model, classes="abc", data="", recipe={}, seed=0, accuracy={}, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_the_old_file(saved, model, monkeypatch):
    content = (saved / "tiny.safetensors").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_embedded("tiny", model, classes="abc", data="", recipe={}, seed=0, accuracy={}, folder=saved)
    assert (saved / "tiny.safetensors").read_bytes() == content
    assert sorted(path.name for path in saved.iterdir()) == ["tiny.json", "tiny.safetensors"]
