"""The random stream of a world: SplitMix64 on Python integers."""

WORD = 2**64 - 1
HALF = 2**32


class Stream:
    """One 64-bit number, and what is drawn from it."""

    def __init__(self, seed: int) -> None:
        self.state = seed & WORD

    def draw(self) -> int:
        """The next 64-bit word."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & WORD
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
        return z ^ (z >> 31)

    def below(self, n: int) -> int:
        """A number from 0 to n − 1, by Lemire's method on the upper half of a draw."""
        while True:
            m = (self.draw() >> 32) * n
            if m % HALF >= HALF % n:
                return m >> 32

    def unit(self) -> float:
        """A number in [0, 1), of 53 bits."""
        return (self.draw() >> 11) / 2**53
