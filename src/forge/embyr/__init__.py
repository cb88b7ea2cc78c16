"""Embyr: the viewer. A server that shows a world live to any browser, and the page it serves."""

from forge.embyr.loops import Live, Playback
from forge.embyr.streaming.pace import Pace
from forge.embyr.streaming.source import Source
from forge.embyr.viewer import Player, Viewer

__all__ = ["Live", "Pace", "Playback", "Player", "Source", "Viewer"]
