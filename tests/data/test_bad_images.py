"""What is no picture, or one made to hurt, is refused in one sentence, quickly and without memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz.data.images import BadImage, decode
from tests.data.bad_pictures import BOMBS, BROKEN, CALM, FOREIGN, ODD, cut_at_every_border
from tests.data.crafted import flat_bits, flat_png, saved, scans

ROOT = Path(__file__).resolve().parents[2]
ALONE = """
import json, sys
from pathlib import Path
from cnnviz.data.images import decode
from tests.forked import in_a_child
data = Path(sys.argv[1]).read_bytes()
cost = in_a_child(lambda: decode(data).shape)
print(json.dumps([cost.result, cost.seconds, cost.megabytes]))
"""

# The decoder's own warning would mean that our check came too late.
pytestmark = pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")


def refusal(data):
    """The sentence, after checking its form."""
    with pytest.raises(BadImage) as refused:
        decode(data)
    return checked(str(refused.value))


def checked(sentence):
    assert 20 <= len(sentence) <= 140
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert "\n" not in sentence
    assert any(word in sentence for word in ("choose", "save", "scale", "crop", "export"))
    return sentence


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (bytes(10_000_001), r"10\.1 MB.*limit is 10"),
        (flat_bits(4_200, 3_001), r"4200 × 3001.*12 megapixels"),
        (flat_png(7, 64), r"7 × 64.*at least 8"),
        (flat_png(8, 408), r"8 × 408.*50 times"),
        (b"%PDF-1.7", r"PDF.*PNG or JPEG"),
        (saved("PNG")[:-200], "damaged or cut short"),
    ],
)
def test_the_sentence_names_the_limit(data, says):
    with pytest.raises(BadImage, match=says):
        decode(data)


def test_the_limits_themselves_are_allowed():
    assert decode(flat_bits(4_000, 3_000)).shape == (3_000, 4_000, 3)
    assert decode(flat_png(8, 8)).shape == (8, 8, 3)
    assert decode(flat_png(8, 400)).shape == (400, 8, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_files_that_break_off_are_refused(kind, part):
    data = saved(kind, (160, 120))
    refusal(data[: int(len(data) * part)])


def attempt(data):
    try:
        decode(data)
    except BadImage as refused:
        return str(refused)
    return "decoded"


def costs(in_child, corpus):
    """What became of each file, with the most that one of them cost; each in a child of its own."""
    found, seconds, megabytes = {}, 0.0, 0.0
    for name, make in corpus.items():
        data = make()
        cost = in_child(lambda data=data: attempt(data))
        assert cost.seconds <= 0.1, f"{name}: {cost.seconds} s"
        assert cost.megabytes <= 20, f"{name}: {cost.megabytes} MB"
        found[name] = cost.result
        seconds, megabytes = max(seconds, cost.seconds), max(megabytes, cost.megabytes)
    return found, f"worst {seconds:.3f} s of CPU and {megabytes:.1f} MB"


@pytest.mark.promise("bombs")
def test_bombs_are_refused_from_the_header(in_child, figure):
    found, worst = costs(in_child, {name: make for name, (make, _) in BOMBS.items()})
    for name, sentence in found.items():
        assert BOMBS[name][1] in checked(sentence), name
    figure(f"{len(BOMBS)} crafted bombs, each in a process of its own: {len(found)} refused, {worst}")


@pytest.mark.promise("bombs")
def test_bombs_where_nothing_looks_do_not_go_off(in_child, figure):
    found, worst = costs(in_child, CALM)
    assert set(found.values()) == {"decoded"}, found
    figure(f"{len(CALM)} pictures with a bomb in their profile, text, EXIF or later frames: all shown, {worst}")


@pytest.mark.promise("uploads")
def test_every_file_of_the_corpus_is_shown_or_told(figure):
    told = {name: attempt(make()) for name, (make, _) in (FOREIGN | BROKEN).items()}
    for name, sentence in told.items():
        assert (FOREIGN | BROKEN)[name][1] in checked(sentence), name
    assert {name: attempt(make()) for name, make in ODD.items()} == dict.fromkeys(ODD, "decoded")
    figure(
        f"{len(told)} foreign and broken files refused in at most {max(map(len, told.values()))} characters, "
        f"{len(ODD)} odd ones shown"
    )


@pytest.mark.promise("uploads")
def test_pictures_cut_at_every_border_of_their_parts_are_shown_or_told(figure):
    found = [attempt(data) for data in cut_at_every_border().values()]
    told = [checked(sentence) for sentence in found if sentence != "decoded"]
    assert 20 < len(told) < len(found)
    figure(
        f"8 pictures cut at {len(found)} borders of their parts: {len(told)} refused, {len(found) - len(told)} shown"
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"progressive": True, "subsampling": 0}),
        ("JPEG", {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"}),
        ("PNG", {"compress_level": 1}),
        ("WEBP", {"lossless": True, "quality": 0, "method": 0}),
        ("AVIF", {"speed": 10, "subsampling": "4:4:4"}),
        ("GIF", {}),
    ],
)
def test_the_largest_pictures_keep_to_the_budget(tmp_path, kind, options):
    """In a process of its own: a child of this one would be told the pages that it has in common with other tests."""
    file = tmp_path / "picture"
    file.write_bytes(saved(kind, (4_000, 3_000), "RGB" if kind == "JPEG" else "RGBA", grain=500, **options))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(file)], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    shape, seconds, megabytes = json.loads(done.stdout)
    assert shape in ([3_000, 4_000, 3], [4_000, 3_000, 3])
    assert megabytes <= 200  # libwebp holds four copies of 48 MB: 195
    assert seconds <= 1.0  # 0.5 s on an idle machine; other work may share the core's cache


def test_many_scans_are_refused_by_name():
    with pytest.raises(BadImage, match="more than 50 scans"):
        decode(scans(60))
    assert decode(scans(30)).shape == (1_500, 2_000, 3)
