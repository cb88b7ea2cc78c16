"""A world that is watched, in a process of its own: for each line of input it plays so many ticks at its pace."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from forge.agents import scripted
from forge.blade import Config, Recording, World
from forge.blade.recording.frame import FrameSource
from forge.embyr import Pace, Source, Viewer
from forge.embyr.streaming.pace import Advance, Call


class Watched:
    """A server and its world.

    Args:
        config: of the world, as plain values.
        rate: ticks a second.
        settle: ticks that are played beforehand.
        seed: of the world and of who plays in it.
    """

    def __init__(self, config: dict[str, Any], rate: float, settle: int, seed: int) -> None:
        made = Config.from_dict(config, asked=True)
        self.world = World(made, 1, seed, record=Recording(events=True))
        self.player = scripted("forager", made, seed)
        self.world.reset()
        for _ in range(settle):
            self.world.step(self.player.act(self.world.observe()))
        self.pace = Pace(1 / rate)
        self.viewer = Viewer(Source.of(made, title="benchmark", tick_seconds=1 / rate), self.pace, port=0).start()
        self._capture = FrameSource(self.world).frame
        self.viewer.put(self._capture(), self.world)

    def turn(self, ticks: int) -> dict[str, Any]:
        """Plays so many ticks; tells how long that took, the CPU seconds of all its threads, and the state."""
        late: list[float] = []
        begun, cpu, done = time.perf_counter(), time.process_time(), 0
        for order in self.pace:
            match order:
                case Call(work):
                    work()
                case Advance():
                    self.viewer.advance(self.world, self.player, self._capture)
                    done += 1
                    late.append(time.perf_counter() - begun - done * self.pace.tick_seconds)
            if done == ticks:
                break
        return {
            "ticks": done,
            "seconds": time.perf_counter() - begun,
            "cpu_s": time.process_time() - cpu,
            "late_s": max(late),
            "viewers": self.viewer.hub.count,
            "alive": int(self.world.state.living_count[0]),
            "hash": self.world.hash(),
        }


def main() -> None:
    """Tells the port, then serves turns until the input ends."""
    watched = Watched(**json.loads(sys.argv[1]))
    sys.stdout.write(json.dumps({"port": watched.viewer.port}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(watched.turn(int(line))) + "\n")
        sys.stdout.flush()
    watched.viewer.close()


if __name__ == "__main__":
    main()
