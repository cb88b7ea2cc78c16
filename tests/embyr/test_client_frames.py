"""The frames that the client is tested with are those that Blade writes today."""

import json

from tests.embyr.client_frames import PATH, fixture


def test_the_fixture_of_the_client_is_what_the_encoder_writes() -> None:
    assert json.loads(PATH.read_text()) == fixture(), "run python -m tests.embyr.client_frames"
