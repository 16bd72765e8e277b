"""Roles: named sets of permissions. Nobody defines one that permits more than they may themselves."""
