"""``model.keras`` as a file: judged by its contents and sizes before a network is built from it.

Some kilobytes can describe a layer of many gigabytes, hide a program, or unpack to more than a
disk holds. Nothing here needs Keras.
"""

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from trainer.contract.checked_json import JsonError, decode_json
from trainer.contract.ordinary import refuse_others
from trainer.contract.preset import PresetError
from trainer.contract.text import one_line

CONFIG_FILE: Final = "config.json"
WEIGHTS_FILE: Final = "model.weights.h5"
# What a member may be at most, unpacked.
_MOST_BYTES: Final[Mapping[str, int]] = {
    "metadata.json": 64 << 10,
    CONFIG_FILE: 4 << 20,
    WEIGHTS_FILE: 1 << 30,
}
# Weights hardly shrink; what shrinks to a hundredth and is large was made to fill a memory.
_MOST_RATIO: Final = 100
_ALWAYS_FINE_BYTES: Final = 16 << 20
_ENCRYPTED: Final = 0x1

# Layers that carry a program, fetch one, or read files of their own. Keras' safe mode refuses most
# of them too.
_PROGRAMS: Final = frozenset(
    {
        "__lambda__", "FlaxLayer", "IndexLookup", "IntegerLookup", "JaxLayer", "Lambda",
        "StringLookup", "TFSMLayer", "TextVectorization", "TorchModuleWrapper",
    }
)  # fmt: skip
# Layers for sound: they fill tables of any size while they are built.
_TABLES: Final = frozenset({"MelSpectrogram", "STFTSpectrogram"})
_LARGEST_NUMBER: Final = 2**53
_DEEPEST: Final = 100
# Each layer counts as often as it is called: ten networks, each in the next and called twice there,
# come to a thousand calls of the innermost one.
_MOST_CALLS: Final = 5_000

# HDF5 keeps some kilobytes beside each array, and numbers may have twice the usual bytes.
_BYTES_A_NUMBER: Final = 8
_BYTES_BESIDE: Final = 32 << 20
_MOST_ARRAYS: Final = 20_000


def judge_network_file(file: Path) -> None:
    """Check that a network's file can be unpacked, and its description be built.

    Raises:
        PresetError: if it is damaged, or would do harm.
    """
    try:
        refuse_others(file)
        with zipfile.ZipFile(file) as archive:
            _judge_members(file, archive)
            content = archive.read(CONFIG_FILE)
    except PresetError:
        raise
    except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise PresetError(f"{file} is damaged or not a Keras model") from error
    try:
        config = decode_json(content, dict[str, Any])
    except JsonError as error:
        raise PresetError(f"{file} cannot be used: in its {CONFIG_FILE}, {error}") from error
    if problem := _config_problem(config):
        raise PresetError(f"{file} is refused: {problem}")


def judge_weights(file: Path, numbers: int) -> None:
    """Check that a file's weights are no larger than those of a network with so many numbers.

    Raises:
        PresetError: if they are, or cannot be read.
    """
    most = _BYTES_A_NUMBER * numbers + _BYTES_BESIDE
    arrays = _arrays(file, most)
    if sum(size for _, size in arrays.values()) > most:
        raise PresetError(f"{file} is refused: its weights are larger than its network")


def count_parameters(file: Path) -> int:
    """Return how many numbers the weights in a network's file hold, without building the network.

    Raises:
        PresetError: if they cannot be read.
    """
    return sum(
        count
        for name, (count, _) in _arrays(file, _MOST_BYTES[WEIGHTS_FILE]).items()
        if not name.startswith("optimizer") and "seed_generator" not in name
    )


def _judge_members(file: Path, archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    for member in archive.infolist():
        name = one_line(member.filename, 60)
        if member.filename not in _MOST_BYTES:
            raise PresetError(f"{file} is refused: it also contains {name!r}")
        if names.count(member.filename) > 1:
            raise PresetError(f"{file} is refused: it holds {name!r} twice")
        is_bloated = member.file_size > max(_ALWAYS_FINE_BYTES, _MOST_RATIO * member.compress_size)
        if is_bloated or member.file_size > _MOST_BYTES[member.filename]:
            raise PresetError(
                f"{file} is refused: unpacked, its {name} would be "
                f"{member.file_size / 1e6:,.0f} MB, more than a model can have"
            )
        if member.flag_bits & _ENCRYPTED or member.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise PresetError(f"{file} is refused: its {name} is packed in an unusual way")
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        if name not in names:
            raise PresetError(f"{file} is damaged or not a Keras model: it lacks {name}")


def _config_problem(config: Mapping[str, Any]) -> str:
    """Return why a network must not be built as it is described; empty if it may."""
    pending: list[tuple[Any, int]] = [(config, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > _DEEPEST:
            return "its layers are nested too deeply"
        if isinstance(node, dict):
            kind = str(node.get("class_name", ""))
            if kind in _PROGRAMS:
                return f"it contains a {kind} layer, which can hide code"
            if kind in _TABLES:
                return f"it contains a {kind} layer, which is for audio"
            if node.get("unroll") is True:
                return "it contains an unrolled layer, which can have any size"
            pending.extend((value, depth + 1) for value in node.values())
        elif isinstance(node, list):
            pending.extend((value, depth + 1) for value in node)
        elif isinstance(node, int) and abs(node) > _LARGEST_NUMBER:
            return "a number in it is too large"
    calls = _calls(config)
    return f"it calls {calls:,} layers, more than a model can have" if calls > _MOST_CALLS else ""


def _calls(node: Any) -> int:
    """Return how many layers are called where an object of a description is called once."""
    if isinstance(node, list):
        return sum(map(_calls, node))
    if not isinstance(node, dict):
        return 0
    own = 1 if "class_name" in node and "inbound_nodes" in node else 0
    inside = own + sum(_calls(value) for key, value in node.items() if key != "inbound_nodes")
    times = node.get("inbound_nodes")
    return inside * max(1, len(times) if isinstance(times, list) else 1)


def _arrays(file: Path, most_bytes: int) -> dict[str, tuple[int, int]]:
    """Return the numbers and the bytes that each array of a network's weights says it has."""
    import h5py

    found: dict[str, tuple[int, int]] = {}

    def note(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset):
            found[name] = int(node.size or 0), int(node.nbytes)
        if len(found) > _MOST_ARRAYS:
            raise PresetError(f"{file} is refused: it has more than {_MOST_ARRAYS:,} arrays")

    try:
        refuse_others(file)
        with zipfile.ZipFile(file) as archive:
            _judge_members(file, archive)
            if archive.getinfo(WEIGHTS_FILE).file_size > most_bytes:
                raise PresetError(f"{file} is refused: its weights are larger than its network")
            content = BytesIO(archive.read(WEIGHTS_FILE))
        with h5py.File(content) as weights:
            weights.visititems(note)
    except PresetError:
        raise
    except Exception as error:
        # Whatever the libraries raise over a damaged file.
        raise PresetError(f"the weights in {file} are damaged") from error
    return found
