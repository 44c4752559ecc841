"""Stacks as text: every network there and back, what each line means, and how mistakes are answered."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.ledger import (
    ARCHITECTURES,
    LRN,
    Activation,
    AdaptivePool,
    BatchNorm,
    Branches,
    Conv,
    Dropout,
    Flatten,
    Identity,
    Layer,
    Linear,
    PartialConv,
    Pool,
    RadialBasis,
    SqueezeExcite,
    StackError,
    Subsample,
    ledger,
    parse,
    written,
)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network_there_and_back(name: str) -> None:
    architecture = ARCHITECTURES[name]
    text = written(architecture.layers)
    assert parse(text) == architecture.layers
    assert ledger(parse(text), architecture.input) == ledger(architecture)
    assert len(text) < 3500  # fits a text box and a link


LINES: list[tuple[str, Layer]] = [
    ("conv 64 3", Conv(64, 3)),
    ("conv 64 3x3 s2 p1", Conv(64, 3, 2, 1)),
    ("CONV 96 11×11 s4", Conv(96, 11, 4)),
    ("conv 8 5 same d2 g4 nobias", Conv(8, 5, 1, 4, 2, 4, bias=False)),
    ("depthwise 3 s2 p1", Conv(0, 3, 2, 1, groups=0)),
    ("C3: partial 5 0,1,2 1,2,3", PartialConv(5, ((0, 1, 2), (1, 2, 3)), name="C3")),
    ("pool 3 s2", Pool("max", 3, 2)),
    ("maxpool 3 s2 p1 ceil", Pool("max", 3, 2, 1, ceil=True)),
    ("avgpool 2", Pool("average", 2)),
    ("lppool 2", Pool("lp", 2)),
    ("global", AdaptivePool()),
    ("global max", AdaptivePool(1, "max")),
    ("adaptive 7", AdaptivePool(7)),
    ("fc 1000", Linear(1000)),
    ("linear 10 nobias", Linear(10, bias=False)),
    ("bn", BatchNorm()),
    ("lrn", LRN(5)),
    ("lrn 3", LRN(3)),
    ("relu6", Activation("relu6")),
    ("dropout", Dropout(0.5)),
    ("dropout .25  # a comment", Dropout(0.25)),
    ("flatten", Flatten()),
    ("se 8", SqueezeExcite(8)),
    ("identity 32 s2", Identity(32, 2)),
    ("subsample", Subsample()),
    ("rbf 10", RadialBasis(10)),
    ("residual { bn } shortcut { relu }", Branches("add", ((BatchNorm(),), (Activation(),)))),
    ("a: residual { bn }", Branches("add", ((BatchNorm(),), ()), name="a")),
    ("dense { bn }", Branches("concat", ((), (BatchNorm(),)))),
    ("concat { branch { bn } branch { } }", Branches("concat", ((BatchNorm(),), ()))),
    ("add { branch { } branch { bn } }", Branches("add", ((), (BatchNorm(),)))),
    ("aside { bn }", Branches("aside", ((BatchNorm(),),))),
]


@pytest.mark.parametrize(("line", "layer"), LINES)
def test_a_line_is_a_layer(line: str, layer: Layer) -> None:
    assert parse(line) == (layer,)
    assert parse(written([layer])) == (layer,)


def test_lines_and_semicolons_are_the_same() -> None:
    expected = (Conv(4, 3), Activation(), Branches("add", ((BatchNorm(), Activation()), ())))
    assert parse("conv 4 3; relu; residual { bn; relu }") == expected
    assert parse("conv 4 3\n\n  relu\nresidual\n{\nbn\nrelu }\n# end") == expected


def test_repeats_are_written_out_and_folded() -> None:
    layers = (Branches("add", ((Conv(8, 3, padding=1),), ())), Activation())
    text = "conv 8 3 p1\nrepeat 3 {\n  residual {\n    conv 8 3 p1\n  }\n  relu\n}\nglobal"
    assert parse(text) == (Conv(8, 3, padding=1), *layers * 3, AdaptivePool())
    assert written(parse(text)) == text


def test_a_unit_stands_on_one_line() -> None:
    assert written(parse("conv 8 3;bn;relu;conv 8 3;relu;dropout;fc 3")) == (
        "conv 8 3; bn; relu\nconv 8 3; relu; dropout 0.5\nfc 3"
    )


MISTAKES = [
    ("", "begin with a layer"),
    ("# nothing", "begin with a layer"),
    ("conv 16 3\nconvv 3", "line 2: 'convv' is no layer; try 'conv'"),
    ("conv", "line 1: something is missing; write conv 64 3 p1"),
    ("conv 16", "something is missing"),
    ("conv 16 3x5", "'3x5' is not square; write '3'"),
    ("conv 0 3", "'0' is no number of kernels; give a whole number from 1 to 65536"),
    ("conv 16 three", "'three' is no window"),
    ("conv 16 3 z2", "'z2' is no setting; there are s2, p2, d2, g2, nobias, same"),
    ("conv 16 3 s0", "'0' is no stride"),
    ("conv 16 4 same", "an even window"),
    ("pool 2 d2", "'d2' is no setting; there are s2, p2, ceil"),
    ("relu 3", "'3' is no setting; nothing may follow here"),
    ("dropout 2", "write dropout 0.5"),
    ("fc ten", "'ten' is no number of outputs"),
    ("bn\nresidual {\n bn", "line 2: this brace is never closed"),
    ("bn\n}", "line 2: a brace is closed that was not opened"),
    ("residual", "a block is a word and braces"),
    ("{ bn }", "a block is a word and braces"),
    ("bn { relu }", "'bn' can't stand here"),
    ("bn; shortcut { relu }", "it follows residual"),
    ("branch { relu }", "it stands in concat"),
    ("residual { bn } shortcut relu", "'shortcut relu' is no"[:9]),
    ("concat { bn }", "'bn' must stand in a branch"),
    ("concat { }", "there are no branches"),
    ("conv 4 3\nrepeat 2 {\n}", "this repeats nothing"),
    ("repeat { bn }", "repeat needs one number"),
    ("repeat 0 { bn }", "'0' is no number of times"),
    ("repeat 600 { bn; relu }", "more than 1000 layers"),
    ("repeat 999 { repeat 999 { repeat 999 { bn } } }", "more than 1000 layers"),
    ("bn;" * 1001, "more than 1000 layers"),
    ("residual { " * 9 + "bn" + "}" * 9, "more than 8 deep"),
    ("residual {" * 4000, "more than 8 deep"),
    ("x" * 50_000, "keep it below"),
    ("conv 99999999999999999999 3", "is no number of kernels"),
    ("name:", "is no layer"),
    ("conv ３ 3", "is no number of kernels"),
]


@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_mistakes_are_answered_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(StackError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) <= 140


WORDS = "conv pool bn fc residual shortcut concat branch repeat dense aside add se global 3 64 s2 p1 0 999 3x3 x Ω"
PIECES = st.sampled_from([*"{};\n:#", *WORDS.split(), "a" * 60])


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=80))
@example(":")
@example("a:{")
@example("concat{branch")
@example("000\x1b\x1b\x08\U00014647\U00018cd6\U00018d09\U00018d09\U0002ebe1{")
def test_any_text_is_a_stack_or_a_sentence(text: str) -> None:
    message = tried(text)
    assert len(message) <= 140
    assert "\n" not in message


def tried(text: str) -> str:
    """The sentence with which a text is refused, if it is."""
    try:
        layers = parse(text)
        assert parse(written(layers)) == layers
        ledger(layers, (3, 16, 16))
    except StackError as error:
        return str(error)
    return ""


def test_the_largest_stacks_are_read_at_once() -> None:
    text = "concat {" + "branch{bn}" * 480 + "}"
    assert len(parse(text)[0].branches) == 480  # type: ignore[attr-defined]
