"""What a run's configuration says beyond numbers: who shares its worlds."""
