"""Installs, prepares, starts and judges implementations of this repository."""
