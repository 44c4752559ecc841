"""The page on activation maximization: what its controls ask of the worker, and what it says of the answer."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz import jobs
from cnnviz.actmax import parse
from cnnviz.data.images import decode, encode_png
from cnnviz.inspections.climb import Event, Settings
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.jobs import Snapshot
from cnnviz.ui.climbing import examples, pictures, reading
from cnnviz.ui.climbing.code import code
from cnnviz.ui.climbing.terms import direction, numbered, together
from tests.ui.opening import on_page, rerun_seconds, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
PAGE = "activation_maximization"
STEPS = (1, 4, 16, 40)


def event(step: int, *, count: int = 1, term: str = "logit:dog") -> Event:
    """A climb after ``step`` of 40: gray squares that brighten, worth as much as their step."""
    strip = np.full((8, 8 * count, 3), 5 * step, np.uint8)
    image = base64.b64encode(encode_png(strip)).decode("ascii")
    worth = float(step)
    return Event(
        progress=step / 40,
        step=step,
        steps=40,
        milestone=True,
        measured=step,
        value=worth,
        each=(worth,) * count,
        terms=(term,),
        values=(worth,),
        image=image,
        format="png",
        count=count,
        side=8,
        seconds=0.1 * step,
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Every climb that the page looks for, each with a recording of four events; no worker starts."""
    seen: list[Settings] = []

    def recorded(task: object, settings: object) -> Snapshot | None:
        if not isinstance(settings, Settings):
            return None
        seen.append(settings)
        term = settings.objective.split(" ")[0]
        told = tuple(event(step, count=settings.count, term=term) for step in STEPS)
        return Snapshot("x", "climb", "done", progress=1.0, seconds=2.0, events=told, date="2026-01-02")

    monkeypatch.setattr(jobs, "recorded", recorded)
    monkeypatch.setattr(jobs, "find", lambda *_, **__: None)
    return seen


def test_the_page_opens_on_the_settings_that_are_recorded(asked: list[Settings]) -> None:
    app = on_page(PAGE)
    assert asked[0] == Settings()
    assert "| logit dalmatian | 1 | 1.00 | **40.00** |" in text(app)


def test_an_example_asks_for_what_it_says_and_can_be_climbed(asked: list[Settings]) -> None:
    app = on_page(PAGE)
    for example in examples.EXAMPLES:
        asked.clear()
        app.pills[0].set_value(example.title).run()
        assert not app.exception and not app.error
        wanted, values = asked[0], example.values
        assert (wanted.network, wanted.parameterization) == (values["network"], values["climb-start"])
        assert (wanted.jitter, str(wanted.size)) == (values["climb-jitter"], values["climb-size"])
        assert wanted.count == values["climb-count"]
        for key in ("climb-class", "climb-layer", "climb-unit"):
            assert str(values.get(key, "")) in wanted.objective
        assert example.note in text(app)
        assert [each.step for each in INSPECTIONS["climb"].run(replace(wanted, steps=1))] == [1]


def test_the_objective_is_the_sum_of_what_was_chosen(asked: list[Settings]) -> None:
    link = {"climb_kind": "channel", "climb_layer": "stage2.1", "climb_unit": "7", "climb_second_join": "minus"}
    on_page(PAGE, **link, climb_second_kind="logit", climb_second_class="cat", climb_second_weight="0.5", climb_tv="3")
    assert asked[0].objective == "channel:stage2.1:7 - 0.5*logit:cat" and asked[0].penalties == "3*tv"


def test_several_images_that_differ(asked: list[Settings]) -> None:
    link = {"climb_kind": "channel", "climb_layer": "stage2.1", "climb_count": "4", "climb_diversity": "10"}
    on_page(PAGE, **link)
    assert asked[0].objective == "channel:stage2.1:0 + 10*diversity:stage2.1" and asked[0].count == 4
    ways = list(dict.fromkeys(asked))[1:]
    assert {each.count for each in ways} == {1} and not any("diversity" in each.objective for each in ways)


def test_the_four_ways_differ_only_in_start_and_jitter(asked: list[Settings]) -> None:
    on_page(PAGE)
    ways = list(dict.fromkeys(asked))
    assert len({(each.parameterization, each.jitter) for each in ways}) == len(ways) == 4
    assert {replace(each, parameterization="", jitter="") for each in ways} == {
        replace(Settings(), parameterization="", jitter="")
    }


def test_all_four_are_climbed_two_at_a_time_and_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: dict[Settings, str] = {}
    known = Settings()

    def submit(_: object, settings: Settings, **__: object) -> str:
        if sum(state == "running" for state in runs.values()) >= 2:
            raise jobs.Busy("Two are on the way.")
        runs[settings] = "running"
        return "x"

    def find(_: object, settings: Settings, **__: object) -> Snapshot | None:
        return Snapshot("x", "climb", runs[settings]) if settings in runs else None  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "find", find)
    monkeypatch.setattr(jobs, "submit", submit)
    monkeypatch.setattr(jobs, "recorded", lambda _, each: Snapshot("x", "climb", "done") if each == known else None)
    app = on_page(PAGE)
    app.button(key="climb-ways-all").click().run()
    assert len(runs) == 2 and known not in runs
    runs[next(iter(runs))] = "done"
    app.run()
    assert len(runs) == 3 and not app.exception
    runs[next(iter(runs))] = "cancelled"
    app.run()
    assert len(runs) == 3 and next(iter(runs.values())) == "cancelled"  # whoever stops one has stopped them all


def test_nonsense_in_the_link_opens_the_page_with_defaults(asked: list[Settings]) -> None:
    on_page(
        PAGE,
        network="../..",
        climb_kind="<script>",
        climb_class="zebra; logit:cat",
        climb_layer="1=1",
        climb_unit="-1",
        climb_start="pixel+",
        climb_jitter="x:9",
        climb_steps="1e9",
        climb_size="nan",
        climb_count="99",
        climb_seed="{}",
    )
    assert asked[0] == Settings()


def test_a_class_or_channel_that_another_network_lacks_gives_way(asked: list[Settings]) -> None:
    app = on_page(PAGE, climb_class="accordion")
    assert asked[0].objective == "logit:accordion"
    asked.clear()
    app.selectbox(key="network").set_value("cifar-resnet20").run()
    assert not app.exception and not app.error
    assert asked[0].network == "cifar-resnet20" and asked[0].objective == "logit:horse"
    app.selectbox(key="climb-kind").set_value("channel").run()
    app.selectbox(key="climb-layer").set_value("stage3.2").run()
    app.selectbox(key="climb-unit").set_value("63").run()
    asked.clear()
    app.selectbox(key="climb-layer").set_value("stem.0").run()
    assert not app.exception and asked[0].objective == "channel:stem.0:0"


def test_reset_gives_every_control_its_default(asked: list[Settings]) -> None:
    app = on_page(PAGE, climb_class="cat", climb_start="pixel+rgb", climb_tv="3", climb_seed="4")
    asked.clear()
    app.button(key="reset").click().run()
    assert asked[0] == Settings()


def test_a_direction_may_point_to_a_class_only_behind_the_last_map(asked: list[Settings]) -> None:
    app = on_page(PAGE, climb_kind="direction", climb_layer="stage4.1", climb_toward="cat")
    assert asked[0].objective == "direction:stage4.1:cat"
    app.selectbox(key="climb-layer").set_value("stage2.1").run()
    assert not any("cat" in option for option in app.selectbox(key="climb-toward").options)


def test_before_anything_was_computed_the_page_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "recorded", lambda *_: None)
    monkeypatch.setattr(jobs, "find", lambda *_, **__: None)
    app = on_page(PAGE, climb_seed="5")
    assert "Press **Climb**" in text(app) and not app.button(key="climb-run-start").disabled


@pytest.mark.parametrize("name", ["cifar-fast", "cifar-resnet20", "convnetjs"])
def test_every_embedded_network_is_climbed(asked: list[Settings], name: str) -> None:
    on_page(PAGE, network=name, climb_kind="channel")
    assert asked[0].network == name and asked[0].objective.startswith("channel:")


def test_terms_are_written_as_they_are_read() -> None:
    first = numbered("unit", "stage3.2", 5)
    text = together(first, (direction("stage4.1", "random 3"), -0.5), diversity=("stage3.2", 1.0))
    assert text == "unit:stage3.2:5 - 0.5*direction:stage4.1:random:3 + diversity:stage3.2"
    assert str(parse(text)) == text


def test_fine_grain_is_all_of_a_chessboard_and_nothing_of_a_slope() -> None:
    rows, columns = np.indices((32, 32))
    board = np.uint8(255 * ((rows + columns) % 2))[..., None].repeat(3, 2)
    wave = np.uint8(127 + 120 * np.sin(2 * np.pi * columns / 32))[..., None].repeat(3, 2)
    assert pictures.fine(board) == pytest.approx(1.0) and pictures.fine(wave) < 0.01
    assert pictures.fine(np.full((8, 8, 3), 9, np.uint8)) == 0.0


def test_when_most_of_the_rise_was_done() -> None:
    assert "after **40** of 40" in reading.rise([event(step) for step in STEPS])
    falling = [event(4), event(1)]
    assert "did not rise" in reading.rise(falling)


def test_downloads_hold_the_image_the_strip_and_the_numbers() -> None:
    events = [event(step, count=2) for step in STEPS]
    assert decode(pictures.image_file(events)).shape == (8, 16, 3)
    assert (decode(pictures.image_file(events)) == 200).all()
    strip = decode(pictures.strip_file(events))
    assert strip.shape == (2 * (8 + pictures.GAP), 4 * (8 + pictures.GAP), 3) and strip[0, 0, 0] == 5
    import io

    assert np.load(io.BytesIO(pictures.numbers_file(events))).shape == (4, 2, 8, 8, 3)


def test_the_newest_image_stands_behind_the_milestones_once() -> None:
    events = [event(1), event(4), replace(event(9), milestone=False), replace(event(10), milestone=False, image="")]
    assert [each.step for each in pictures.shown(events)] == [1, 4, 9]
    assert [each.step for each in pictures.shown([*events, event(16)])] == [1, 4, 16]


def test_the_code_shown_climbs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = code(Settings(network="cifar-resnet20", objective="channel:stem.0:3", steps=4, size=16, count=2, seed=1))
    exec(compile(lines, "shown", "exec"), {})  # noqa: S102 (our own lines)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["1", "4"]
    assert decode(Path("climbed.png").read_bytes()).shape == (16, 32, 3)


def test_a_rerun_is_quick(asked: list[Settings]) -> None:
    assert rerun_seconds(on_page(PAGE)) < 0.12
