"""Facial expressions in a notebook or a script: pictures, videos and cameras as NumPy arrays.

One picture, one video, one camera:

```python
from fer_desktop import api

picture = api.read_picture("group.jpg")
print(picture.labels, picture.probabilities)  # one row per face, one column per label

with api.read_video("talk.mp4") as video:
    table = video.to_frame()  # a pandas data frame: one row per face and frame

with api.read_camera(0, seconds=10) as camera:
    for frame in camera:
        print(frame.time_s, [face.emotion for face in frame.faces])
```

The numbers are those of `fer-desktop analyze`: the same detector, crops, model and smoothing. Each
of these functions loads the networks anew, which takes about a second; a `Reader` keeps them for
many pictures or videos:

```python
with api.Reader(model="fer7") as reader:
    emotions = [[face.emotion for face in reader.read_picture(path).faces] for path in paths]
```

Further measures are named like those of `fer-desktop analyze --measures`; blinks are found in the
series of how far the eyes are open, and talking (`find_talking`) in that of `mouth_open`:

```python
with api.read_video("talk.mp4", measures=["eyes_open"]) as video:
    table = video.to_frame()
blinks = api.find_blinks(table["time_s"], table[["eyes_open_right", "eyes_open_left"]])
```

What in a face speaks for an expression, and what against it, is an array over the face as the
model sees it:

```python
for explained in api.explain_picture("group.jpg"):
    print(explained.face.emotion, explained.map("happy").shape)
```

What reads a video or a camera has threads and an open file or camera. They are given back at the
end of the frames, at the end of a `with` block, or by `close()`, whichever comes first.

What a person can mend is raised as `fer_desktop.errors.FerError`, whose text says what to do: no
such file, no such camera, no such model. Arguments that make no sense are a `ValueError`.
"""

from fer_desktop.api.explained import ExplainedFace
from fer_desktop.api.frames import FaceReading, FrameReading
from fer_desktop.api.functions import explain_picture, read_camera, read_picture, read_video
from fer_desktop.api.reader import Reader
from fer_desktop.api.readings import Readings
from fer_desktop.domain.blinks import Blink, find_blinks
from fer_desktop.domain.talking import Talk, find_talking
from fer_desktop.recording.face_table import FaceTable

__all__ = [
    "Blink",
    "ExplainedFace",
    "FaceReading",
    "FaceTable",
    "FrameReading",
    "Reader",
    "Readings",
    "Talk",
    "explain_picture",
    "find_blinks",
    "find_talking",
    "read_camera",
    "read_picture",
    "read_video",
]
