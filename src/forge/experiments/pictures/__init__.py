"""Pictures of a world, drawn without a browser."""
