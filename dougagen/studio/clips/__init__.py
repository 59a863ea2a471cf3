"""Shots in motion: timesheets, layers, camera, light, transitions; every truth of them known exactly."""
