"""The ledger page: it tells what torch counts, every example stands, links restore, errors are a sentence."""

from __future__ import annotations

import csv
import io
import re

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ledger import ARCHITECTURES
from cnnviz.paths import PAGES
from cnnviz.ui.counting.accounts import as_csv, formulas
from cnnviz.ui.counting.code import TORCHVISION, torch_code
from cnnviz.ui.counting.counted import OWN, START, Counted, count, size_of
from cnnviz.ui.counting.examples import EXAMPLES
from cnnviz.ui.counting.table import core, percent, short, start_row
from tests.ui.opening import rerun_seconds

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("fresh_caches")]
SIDES = ("contrast.PAIRS", "kernels.STACKS", "kernels.MODULES", "zoo.CHECKS")


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "ledger.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def text(app: AppTest) -> str:
    return " ".join(block.value for block in app.markdown)


def formula(app: AppTest) -> str:
    return " ".join(block.value for block in app.latex)


def counted(name: str) -> Counted:
    found = count(name, "", ARCHITECTURES[name].input)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name", sorted({*TORCHVISION, "lenet", "alexnet-2012", "alexnet-one-tower", "zfnet", "convnetjs"})
)
def test_the_code_shown_prints_what_the_ledger_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(name)
    code = torch_code(found)
    assert "import torch" in code
    exec(compile(code, name, "exec"), {})  # noqa: S102 (our own lines, as the student runs them)
    assert capsys.readouterr().out.split() == [str(found.made.params), str(found.made.macs)]


def test_every_network_and_an_own_stack_have_code_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    own = count(OWN, "residual { conv 3 3 p1; relu }\nfc 10", (3, 8, 8))
    assert own is not None
    for found in [own, count(OWN, START, (3, 32, 32)), *map(counted, ("lenet-1998", "resnet20", "googlenet-2014"))]:
        assert found is not None
        exec(compile(torch_code(found), found.title, "exec"), {})  # noqa: S102
        assert capsys.readouterr().out.split()[:2] == [str(found.made.params), str(found.made.macs)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_of_the_decks_stands_as_it_says(example: object) -> None:
    app = opened()
    app.get("button_group")[0].set_value(example.title).run()  # type: ignore[attr-defined]
    assert not app.exception and not app.error and not app.warning
    assert f"**{example.title}.**" in text(app)  # type: ignore[attr-defined]
    assert text(opened(**app.query_params)) == text(app)


def test_the_numbers_of_the_notes_are_those_of_the_ledger() -> None:
    told = {example.title: example for example in EXAMPLES}
    for title, number in {
        "LeNet: 61,706": 61_706,
        "LeNet-5: 60,000": 60_000,
        "AlexNet: 60 M": 60_965_224,
        "AlexNet: 62 M": 62_378_344,
        "VGG E: 144 M": 143_667_240,
        "ResNet-152: 60 M": 60_192_808,
        "ConvNetJS: 22,466": 22_466,
    }.items():
        assert counted(str(told[title].values["net"])).made.params == number
        assert f"{number:,}" in f"{title} {told[title].note}"


def test_the_first_layer_of_alexnet_is_written_out() -> None:
    app = opened(net="alexnet-one-tower", row="conv1")
    assert r"(11^2 \cdot 3 + 1) \cdot 96 = 34{,}944" in formula(app)
    assert r"\frac{227 + 2 \cdot 0 - 11}{4} \right\rfloor + 1 = 55" in formula(app)


def test_another_network_starts_at_a_row_of_its_own_unless_one_was_chosen() -> None:
    app = opened()
    assert "pool3: the formula" in text(app)
    app.selectbox(key="net").set_value("googlenet").run()
    assert "pool3: the formula" not in text(app)
    app = opened(row="conv2")
    app.selectbox(key="net").set_value("googlenet").run()
    assert "conv2: the formula" in text(app)


def test_an_example_after_an_own_stack_has_its_published_input() -> None:
    app = opened(net=OWN, input="1x64x64")
    app.get("button_group")[0].set_value("VGG-16: 138 M").run()
    assert app.selectbox(key="input").value == "published" and "102{,}764{,}544" in formula(app)


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_every_row_of_every_network_has_formulas_that_end_in_its_own_numbers(name: str) -> None:
    found = counted(name)
    for row in found.made.rows:
        told = " ".join(formulas(found, row)).replace("{,}", "")
        numbers = set(map(int, re.findall(r"\d+", told)))
        assert {row.params, row.macs} <= numbers
        if len(row.output) == 3:
            assert {row.receptive_field, row.jump} <= numbers


@pytest.mark.parametrize(("name", "field"), [("vgg16", 212), ("resnet50", 427), ("resnet50-2015", 483)])
def test_the_row_shown_first_has_the_field_that_papers_name(name: str, field: int) -> None:
    assert start_row(counted(name)).receptive_field == field


def test_a_link_restores_network_input_row_unit_view_and_question() -> None:
    app = opened(net="vgg11", input="3x64x96", row="pool3", unit="2,5", measured="yes", ask="kernels", sort="-params")
    assert app.selectbox(key="net").value == "vgg11"
    assert "pool3: the formula" in text(app)
    assert (app.query_params["unit"], app.query_params["sort"]) == ("2,5", "-params")
    assert "layers of 3×3 see" in text(app)
    assert not app.error


@pytest.mark.parametrize(
    "query",
    [
        {"net": "<b>", "row": "../..", "unit": "9999,1", "ask": "x", "sort": "--", "rows": "1"},
        {"input": "3x0x5"},
        {"input": "99999999999x1x1"},
        {"input": "³x32x32"},
        {"net": "own", "layers": "x" * 30_000},
    ],
)
def test_nonsense_in_a_link_gives_the_defaults(query: dict[str, str]) -> None:
    app = opened(**query)
    assert not app.exception and not app.error
    assert not set(query) - {"net"} & set(app.query_params)


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("conv 8 3\nconvv 8 3", "Line 2"),
        ("conv 8 3\npool 2\nconv 8 99", "must be at least"),
        ("residual { conv 8 3 }", "add"),
    ],
)
def test_a_broken_stack_is_told_in_a_sentence_and_drawn_as_far_as_it_goes(layers: str, told: str) -> None:
    app = opened(net=OWN, layers=layers)
    assert not app.exception and not app.error
    assert len(app.warning) == 1
    assert told in app.warning[0].value and len(app.warning[0].value) <= 180


def test_what_stands_before_a_broken_line_is_counted() -> None:
    found = count(OWN, "conv 8 3\nconvv 8 3", (3, 32, 32))
    assert found is not None and found.made.params == 8 * (27 + 1)
    assert count(OWN, "convv 8 3", (3, 32, 32)) is None


@pytest.mark.parametrize("name", ["alexnet-2012", "googlenet", "resnet152", "densenet121", "lenet-1998"])
def test_edit_this_network_gives_a_stack_of_the_same_counts(name: str) -> None:
    app = opened(net=name)
    app.button(key="edit").click().run()
    assert app.selectbox(key="net").value == OWN and not app.warning
    size = size_of(app.selectbox(key="input").value)
    assert size is not None
    own = count(OWN, app.text_area(key="layers").value, size)
    made = counted(name).made
    assert own is not None and (own.made.params, own.made.macs, len(own.made.rows)) == (
        made.params,
        made.macs,
        len(made.rows),
    )


@pytest.mark.parametrize("folder", SIDES)
def test_the_examples_of_the_side_questions_stand(folder: str) -> None:
    import importlib

    module, name = folder.split(".")
    for example in getattr(importlib.import_module(f"cnnviz.ui.counting.{module}"), name):
        app = opened(**{key: str(value) for key, value in example.values.items()})
        assert not app.exception and not app.error
        assert f"**{example.title}.**" in text(app)


def test_the_pair_of_deck_d1_in_numbers() -> None:
    told = text(opened())
    assert "25,557,032" in told and "138,357,544" in told and "4.09\N{NO-BREAK SPACE}G" in told


def test_the_csv_has_every_row_and_adds_up() -> None:
    found = counted("resnet18")
    rows = list(csv.DictReader(io.StringIO(as_csv(found).decode())))
    assert len(rows) == len(found.made.rows)
    assert sum(int(row["params"]) for row in rows) == 11_689_512
    assert {"name", "output", "macs", "receptive_field", "jump", "offset"} <= set(rows[0])


def test_numbers_are_shortened_as_they_are_read() -> None:
    assert [short(n) for n in (0, 999, 1500, 15_470_264_320)] == ["0", "999", "1.50\u00a0k", "15.5\u00a0G"]
    assert short(244_403_360, "B") == "244\u00a0MB"
    assert [percent(p, 100) for p in (0, 8.16, 89.4)] == ["0\u00a0%", "8.2\u00a0%", "89\u00a0%"]
    assert percent(1, 0) == "0\u00a0%"


def test_the_core_of_a_flat_field_is_half_of_it() -> None:
    import numpy as np

    flat = np.zeros((10, 10), np.float32)
    flat[2:6, 2:7] = 1
    assert "50\u00a0%" in core(flat)


@pytest.mark.parametrize("name", ["alexnet", "resnet152", "densenet121"])
def test_a_rerun_is_quick_and_imports_no_torch(name: str) -> None:
    app = opened(net=name, measured="yes")
    assert rerun_seconds(app) < 0.06
