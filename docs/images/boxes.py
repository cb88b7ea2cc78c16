"""Draws pictures of boxes and arrows: `python docs/images/boxes.py` writes all of `PICTURES`.

In architecture.svg boxes are parts of the project, and the dashed strip of a box is where a user's own code goes; in
society.svg they are those who work in a grown world.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import NamedTuple

WIDTH = 1000


class Part(NamedTuple):
    """A box: its place and size [pixels], its name, what it does line by line, and what users put in."""

    x: int
    y: int
    width: int
    height: int
    name: str
    lines: tuple[str, ...]
    yours: str = ""


PARTS = (
    Part(
        30,
        130,
        240,
        140,
        "Trinity: native runs",
        ("Pantheon holds the parameters,", "realms play and learn"),
        "Pantheon, God, Sword",
    ),
    Part(
        30,
        370,
        240,
        140,
        "Trinity: adapters",
        ("PettingZoo, Gymnasium,", "RLlib, TorchRL, VecEnv"),
        "another library's learner",
    ),
    Part(390, 130, 230, 140, "Ethyr", ("networks, rollouts, losses,", "learners, insight"), "a Network"),
    Part(390, 370, 230, 140, "Blade", ("the world: state, systems,", "one compiled tick"), "a loop around World"),
    Part(390, 570, 230, 50, "agents: scripted players", ()),
    Part(
        740, 130, 230, 140, "experiments, commands", ("train, evaluate, tournaments,", "studies"), "a Study, a policy"
    ),
    Part(740, 370, 230, 140, "Embyr", ("the viewer's server, replays,", "players, overlays"), "an Extension"),
    Part(740, 570, 230, 50, "browser", ()),
    Part(740, 20, 230, 50, "a run's folder", ()),
)


class Arrow(NamedTuple):
    """From one point to another [pixels], with words beside it: where they stand, and how they are aligned."""

    start: tuple[int, int]
    end: tuple[int, int]
    words: tuple[str, ...]
    at: tuple[int, int]
    anchor: str = "start"


ARROWS = (
    Arrow((270, 175), (390, 175), ("parameters",), (330, 167), "middle"),
    Arrow((390, 225), (270, 225), ("gradients,", "counts"), (330, 243), "middle"),
    Arrow((465, 270), (465, 370), ("actions",), (457, 324), "end"),
    Arrow((545, 370), (545, 270), ("observations,", "rewards, deaths"), (553, 317)),
    Arrow((390, 415), (270, 415), ("observations",), (330, 407), "middle"),
    Arrow((270, 465), (390, 465), ("actions",), (330, 483), "middle"),
    Arrow((620, 440), (740, 440), ("frames",), (680, 432), "middle"),
    Arrow((620, 250), (740, 385), ("values,", "choices"), (706, 318)),
    Arrow((740, 190), (620, 190), ("configuration", "of a run"), (680, 165), "middle"),
    Arrow((505, 570), (505, 510), ("actions",), (513, 545)),
    Arrow((815, 510), (815, 570), ("frames, overlays",), (807, 545), "end"),
    Arrow((895, 570), (895, 510), ("pace, play",), (903, 545)),
    Arrow((855, 130), (855, 70), ("checkpoints, metrics",), (863, 105)),
)

#: Who works in a grown world.
TRADES = (
    Part(30, 60, 200, 90, "water", ("all over the map",)),
    Part(30, 240, 200, 90, "goblins, chickens", ("in forest, on grass",)),
    Part(30, 420, 200, 90, "ore", ("in the middle of the map",)),
    Part(400, 60, 200, 90, "cook", ("in a camp",)),
    Part(400, 420, 200, 90, "smith", ("in a camp",)),
    Part(770, 60, 200, 90, "everybody", ("eats; forest feeds a few",)),
    Part(770, 420, 200, 90, "who fights", ("hunters",)),
)
GOODS = (
    Arrow((230, 105), (400, 105), ("fish, by fishers",), (315, 97), "middle"),
    Arrow((230, 260), (400, 140), ("raw meat, by hunters",), (318, 218)),
    Arrow((600, 105), (770, 105), ("meals",), (685, 97), "middle"),
    Arrow((230, 465), (400, 465), ("ore, by miners",), (315, 457), "middle"),
    Arrow((500, 420), (500, 150), ("knives: with them", "one fish makes", "two meals"), (508, 280)),
    Arrow((600, 465), (770, 465), ("swords, staffs,", "knives, armour"), (685, 440), "middle"),
    Arrow((770, 440), (230, 305), ("they are killed by who is armed",), (240, 380), "start"),
)

STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2d33; }
  .ground { fill: #f7fafa; }
  .part { fill: #ffffff; stroke: #00796b; stroke-width: 1.5; }
  .yours { fill: #e0f2f1; stroke: #00796b; stroke-dasharray: 5 4; }
  .name { font-weight: 600; }
  .arrow { stroke: #546e7a; stroke-width: 1.5; fill: none; }
  .tip { fill: #546e7a; }
  .words { font-size: 12.5px; fill: #455a64; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6eef0; }
    .ground { fill: #1b2326; }
    .part { fill: #263238; stroke: #4db6ac; }
    .yours { fill: #1d4340; stroke: #4db6ac; }
    .arrow { stroke: #90a4ae; }
    .tip { fill: #90a4ae; }
    .words { fill: #b0bec5; }
  }
"""


class Picture(NamedTuple):
    """What is drawn: its title, its height [pixels], boxes, arrows, and what dashed strips are, if there are any."""

    title: str
    height: int
    parts: tuple[Part, ...]
    arrows: tuple[Arrow, ...]
    yours: str = ""


#: By the names of their files.
PICTURES = {
    "architecture.svg": Picture(
        "The parts of Neural MMO, what passes between them, and where a user's own code goes",
        640,
        PARTS,
        ARROWS,
        "where your own code goes",
    ),
    "society.svg": Picture("Who makes what in Guild, and who needs it", 560, TRADES, GOODS),
}


def picture(name: str) -> str:
    """The whole file."""
    title, height, parts, arrows, yours = PICTURES[name]
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="tip" d="M0 0 8 4 0 8z"/></marker>',
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="12"/>',
        *(line for arrow in arrows for line in draw_arrow(arrow)),
        *(line for part in parts for line in draw_part(part)),
    ]
    if yours:
        drawn += [
            '<rect class="yours" x="30" y="30" width="26" height="18" rx="4"/>',
            text(66, 44, yours, "start", "words"),
        ]
    return "\n".join([*drawn, "</svg>", ""])


def draw_part(part: Part) -> list[str]:
    """A box, with what is in it."""
    x, y, width, height, name, lines, yours = part
    middle = x + width // 2
    drawn = [f'<rect class="part" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>']
    drawn.append(text(middle, y + (30 if lines else height // 2 + 5), name, "middle", "name"))
    drawn += [text(middle, y + 53 + 19 * i, line, "middle") for i, line in enumerate(lines)]
    if yours:
        drawn.append(
            f'<rect class="yours" x="{x + 10}" y="{y + height - 42}" width="{width - 20}" height="32" rx="6"/>'
        )
        drawn.append(text(middle, y + height - 21, yours, "middle"))
    return drawn


def draw_arrow(arrow: Arrow) -> list[str]:
    """An arrow and its words."""
    (x, y), (to_x, to_y) = arrow.start, arrow.end
    drawn = [f'<path class="arrow" marker-end="url(#tip)" d="M{x} {y} {to_x} {to_y}"/>']
    left, top = arrow.at
    return drawn + [text(left, top + 15 * i, words, arrow.anchor, "words") for i, words in enumerate(arrow.words)]


def text(x: int, y: int, words: str, anchor: str, kind: str = "") -> str:
    """A line of text."""
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


if __name__ == "__main__":
    for file in PICTURES:
        Path(__file__).with_name(file).write_text(picture(file), "utf-8")
