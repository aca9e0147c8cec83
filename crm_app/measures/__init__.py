"""The one definition of every number that goals, reports and exports show."""
