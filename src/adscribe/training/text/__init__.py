"""Trains, chooses and judges the text model, and makes the table of named threats."""
