"""The face landmarker: mesh, blendshapes, and what follows from them."""
