"""How long tests wait for what must come to pass: long enough for any machine, and no test asks for less."""

PATIENCE = 900.0  # seconds; whoever waits so long hangs
