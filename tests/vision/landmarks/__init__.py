"""The face landmarker and what follows from it."""
