"""What stands in the way of each attack, and how it is taken away."""

from tests.security.guards import of_files, of_pages, of_people

TWINS = [*of_pages.TWINS, *of_files.TWINS, *of_people.TWINS]
