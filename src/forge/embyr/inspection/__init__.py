"""What is found out about agents and places while somebody looks."""
