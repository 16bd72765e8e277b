"""Avatars: a picture is uploaded to a private bucket, made small and harmless there, and shown from the public one."""
