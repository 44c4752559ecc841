"""The lecture on sizes: numbers on screen are right, links restore it, the code shown prints what it says."""

from __future__ import annotations

import contextlib
import io
import random
import re
import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic import Window
from cnnviz.paths import PAGES, ROOT
from cnnviz.ui.sizing import EXAMPLES, Setting, placed
from cnnviz.ui.sizing.code import code
from cnnviz.ui.sizing.figure import legend, verdict
from cnnviz.ui.sizing.reading import notices, numbers, table
from tests.ui.opening import rerun_seconds

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
SHOWN = {
    "7×7, stride 1": "7×7 → **5×5**",
    "stride 2": "7×7 → **3×3**",
    "stride 3, refused": "7×7 :red[does not fit: 2.33]",
    "stride 3 in PyTorch": "7×7 → **2×2** :red[(rounded from 2.33)]",
    "stride 3, SAME": "7×7 → **3×3**",
    "zero pad 1": "7×7 → **7×7**",
    "six 5×5×3": "32×32×3 → **28×28×6**",
    "ten 5×5, pad 2": "32×32×3 → **32×32×10**",
    "AlexNet, 227": "227×227×3 → **55×55×96**",
    "AlexNet, 224": "224×224×3 :red[does not fit: 54.25]",
    "5×5 instead of 7×7": "7×7 → **5×5**",
    "200×200, 40k units": "200×200 → **200×200**",
    "150×150×3, one unit": "150×150×3 → **1×1×1**",
    "CIFAR-10, 10 scores": "32×32×3 → **1×1×10**",
    "3×3 ∗ 2×2, full": "3×3 → **4×4**",
}
COUNTS = {
    "ten 5×5, pad 2": ["760"],
    "AlexNet, 227": ["34,944", "44,892,064,800"],
    "200×200, 40k units": ["1,600,000,000"],
    "150×150×3, one unit": ["67,500"],
    "CIFAR-10, 10 scores": ["30,720", "30,730"],
}


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "sizes.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key.replace("_", "-")] = value
    return app.run()


def text(app: AppTest) -> str:
    return " ".join(block.value for block in (*app.markdown, *app.caption))


def answer(app: AppTest) -> str:
    return str(app.header[1].value)


def button(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def printed(source: str) -> list[str]:
    """What the lines print when they run."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(source, {})  # noqa: S102 (our own lines)
    return out.getvalue().splitlines()


def agrees(source: str) -> bool:
    """Whether every line prints what its comment says, exactly or to the digits shown."""
    said = re.findall(r"^print\(.*\)  # (.*)$", source, re.MULTILINE)
    for line, comment in zip(printed(source), said, strict=True):
        if line.startswith("(") or line == "None":
            assert comment.startswith(line), source
        else:
            assert [float(x) for x in line.split()] == pytest.approx([float(x) for x in comment.split()], abs=1e-4)
    return len(said) >= 2


def test_every_example_has_its_numbers_tested() -> None:
    assert [item.title for item in EXAMPLES] == list(SHOWN)


@pytest.mark.parametrize("title", SHOWN)
def test_an_example_shows_the_numbers_of_its_slide(title: str) -> None:
    app = opened(size_padding="3", size_dilation="2")
    app.pills[0].set_value(title).run()
    assert answer(app) == SHOWN[title]
    item = next(item for item in EXAMPLES if item.title == title)
    assert f"**{title}.** {item.note}" in text(app)
    for count in COUNTS.get(title, []):
        assert f"**{count}**" in text(app)
    assert agrees(app.code[0].value)


def test_a_link_restores_rows_and_columns() -> None:
    app = opened(
        size_uneven="true",
        size_input="9",
        size_input_columns="12",
        size_kernel_columns="5",
        size_stride_columns="2",
        size_padding="1",
        size_dilation="2",
        size_end_columns="1",
    )
    # (9 + 2 − 5)/3 + 1 and (12 + 1 − 5)/2 + 1
    assert answer(app) == "9×12 → **3×5**"
    latex = " ".join(block.value for block in app.latex)
    assert "h = " in latex and "w = " in latex


def test_columns_start_where_the_rows_are() -> None:
    app = opened(size_input="12", size_stride="2")
    app.toggle(key="size-uneven").set_value(True).run()
    assert app.number_input(key="size-input-columns").value == 12
    assert app.number_input(key="size-stride-columns").value == 2
    app.number_input(key="size-input-columns").set_value(13).run()
    assert answer(app) == "12×13 → **5×6** :red[(rounded from 5.50×6)]"


def test_what_would_make_it_fit_is_one_click() -> None:
    assert answer(button(opened(), "padding 1")) == "7×7 → **3×3**"
    assert answer(button(opened(), "input 6×6")) == "6×6 → **2×2**"
    assert answer(button(opened(), "stride 4")) == "7×7 → **2×2**"
    alexnet = opened(size_input="224", size_kernel="11", size_stride="4")
    assert answer(button(alexnet, "padding 1 before, 2 after")) == "224×224 → **55×55**"
    assert alexnet.number_input(key="size-end").value == 1


def test_a_window_that_is_too_large_is_a_sentence_and_a_way_out() -> None:
    app = opened(size_kernel="9", size_stride="1")
    assert answer(app) == "7×7 :red[is too small for this window]"
    assert app.warning[0].value == "A kernel of 9 does not fit an input of 7; raise padding to at least 1."
    assert not app.error and not app.exception
    assert agrees(app.code[0].value)
    assert answer(button(app, "padding 1")) == "7×7 → **1×1**"


def test_same_takes_its_own_padding() -> None:
    app = opened(size_policy="same", size_padding="5", size_kernel="4", size_stride="2")
    assert answer(app) == "7×7 → **4×4**"
    assert app.number_input(key="size-padding").disabled
    assert "3 = 1 + 2" in " ".join(block.value for block in app.latex)


def test_the_chain_is_in_the_link_and_nonsense_in_it_is_told() -> None:
    app = opened(size_chain="input 9x9\nconv 3 s2\npool 2")
    assert "9×9 → 4×4 → 2×2" in text(app)
    app.text_area(key="size-chain").set_value("input 9x9\nconv <b>").run()
    assert "is no layer" in app.warning[0].value and "<b>" not in app.warning[0].value
    app.text_area(key="size-chain").set_value("input 9x9\nconv 3\nconv 9").run()
    assert "9×9 → 7×7 → does not fit" in text(app)
    assert "raise padding to at least 1" in app.warning[0].value
    assert "32×32 → 28×28" in text(button(app, "LeNet-5"))


def test_the_round_trip_names_the_output_padding() -> None:
    app = opened(size_stride="2")
    assert "| input | **7** | 8 |" in text(app)
    assert "| output padding to return | 0 | 1 |" in text(app)


def test_the_mix_up_of_the_deck_is_told() -> None:
    said = text(opened())
    assert "43,713,331,200" in said and "44,892,064,800" in said


def test_nonsense_in_the_link_gives_defaults() -> None:
    app = opened(size_input="-3", size_kernel="x", size_policy="<b>", size_stride="1e9", size_chain="x" * 3000)
    assert answer(app) == "7×7 → **2×2** :red[(rounded from 2.33)]"
    assert not app.error and not app.exception


def test_reset_gives_every_default_back() -> None:
    app = opened(size_input="20", size_policy="same", size_uneven="true", size_kernel_columns="5", size_filters="9")
    app.button(key="reset").click().run()
    assert answer(app) == "7×7 → **2×2** :red[(rounded from 2.33)]"


def settings(count: int) -> list[Setting]:
    draw = random.Random(5)

    def window(policy: str) -> Window:
        before = draw.randint(0, 2)
        padding = (0, 0) if policy == "same" else (before, before + draw.choice([0, 0, 1]))
        return Window(draw.randint(1, 5), draw.randint(1, 4), padding, draw.randint(1, 2), policy)

    made = []
    for _ in range(count):
        policy = draw.choice(["error", "floor", "ceil", "same"])
        n = (draw.randint(1, 12), draw.randint(1, 12))
        made.append(Setting(n, window(policy), window(policy), draw.randint(1, 3), draw.randint(1, 4)))
    return made


def test_the_code_shown_prints_the_numbers_shown() -> None:
    for setting in settings(150):
        found = placed(setting)
        source = code(setting, found)
        assert agrees(source)
        if found.size:
            assert "×".join(map(str, found.size)) in verdict(setting, found)
            assert re.search(rf"{found.size[0]}, {found.size[1]}\)", source)


def test_every_setting_can_be_told() -> None:
    for setting in settings(300):
        found = placed(setting)
        assert verdict(setting, found) and 2 <= len(notices(found)) <= 5
        kinds = [kind for kind, _ in legend(found)]
        assert ("dropped" in kinds) == (found.rows.dropped + found.columns.dropped > 0)
        assert ("padding" in kinds) == any(found.rows.padding + found.columns.padding)
        header, *rows = table(found).splitlines()
        assert len(rows) == 2 and all(row.count(",") == header.count(",") for row in rows)
        assert str(found.rows.size or f"{found.rows.exact:.2f}") in numbers(found.rows, "h")


def test_a_rerun_costs_less_than_60_ms() -> None:
    app = opened()
    assert rerun_seconds(app) < 0.06


def test_the_page_imports_no_torch() -> None:
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(PAGES / 'sizes.py')!r}, default_timeout=60).run(); "
        "sys.exit(bool(app.exception or app.error or {'torch', 'cv2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True).returncode == 0
