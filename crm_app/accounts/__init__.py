"""The organisation, its people, teams and roles, and signing in. Nothing here knows what the people work on."""
