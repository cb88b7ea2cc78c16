"""What environments promise, as checks for your own."""

from forge.trinity.conformance.conformance import check_parallel, check_vecenv, check_vector

__all__ = ["check_parallel", "check_vecenv", "check_vector"]
