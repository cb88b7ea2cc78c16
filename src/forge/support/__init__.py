"""What every part uses, and what knows none of them: errors, numbers, files, the process and its machine."""
