"""``fer-train cache``: the cache of decoded datasets."""

import argparse
import json
from typing import Any


def add_cache(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "cache",
        help="show or clear the folder of decoded datasets",
        description="Decoded datasets and what frozen backbones see in them are kept in a folder, "
        "the least recently used ones up to a limit. They are made again when they are needed.",
    )
    parser.add_argument("--clear", action="store_true", help="delete all of it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(command="cache")


def cache(args: argparse.Namespace) -> int:
    """Print where the cache is and what is in it, or clear it; return the exit status."""
    from trainer.contract.text import counted
    from trainer.data.cache_room import (
        CACHE_VARIABLE,
        LIMIT_VARIABLE,
        cache_dir,
        clear,
        entries,
        limit_bytes,
    )

    freed = clear() if args.clear else 0
    found = entries()
    used = sum(entry.size for entry in found)
    if args.json:
        facts = {
            "folder": str(cache_dir()),
            "datasets": len(found),
            "bytes": used,
            "limit_bytes": limit_bytes(),
            "freed_bytes": freed,
        }
        print(json.dumps(facts, indent=1))
        return 0
    if args.clear:
        print(f"{freed / 1e6:,.0f} MB freed.")
    print(
        f"{cache_dir()}: {counted(len(found), 'entry', 'entries')}, {used / 1e6:,.0f} MB of "
        f"{limit_bytes() / 1e6:,.0f} MB at most. {CACHE_VARIABLE} chooses another folder, "
        f"{LIMIT_VARIABLE} another limit (GB)."
    )
    return 0
