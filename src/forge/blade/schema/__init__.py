"""What systems declare: tables of the configuration, numbers, fields of agents, arrays, features, and since when."""
