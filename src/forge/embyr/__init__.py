"""Embyr: the viewer. A server that shows a world live to any browser, and the page it serves."""

from forge.embyr.loops import Playback, play
from forge.embyr.pace import Pace
from forge.embyr.source import Source
from forge.embyr.viewer import Player, Viewer

__all__ = ["Pace", "Playback", "Player", "Source", "Viewer", "play"]
