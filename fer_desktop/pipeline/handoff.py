"""How frames pass from one thread to the next without piling up."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The other side has gone; nothing more passes."""


class LatestSlot(Generic[T]):
    """Room for one item: a newer one replaces it, so a slow taker sees only the newest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._woken = False
        self._finished = False
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Leave an item; tell whether it replaced one that nobody had taken.

        Raises:
            Closed: if the slot was closed.
        """
        with self._changed:
            if self._closed:
                raise Closed
            replaced = self._item is not None
            self._item = item
            self._changed.notify_all()
            return replaced

    def take(self) -> T | None:
        """Wait for an item and take it; None if ``wake`` ended the wait instead.

        Raises:
            Closed: if the slot was closed, whatever is left in it, or after the last item.
            BaseException: the error with which the writer finished, after the last item.
        """
        with self._changed:
            while not (self._item is not None or self._woken or self._finished or self._closed):
                self._changed.wait()
            if self._closed:
                raise Closed
            if self._item is None and self._finished:
                raise self._error or Closed()
            item, self._item = self._item, None
            self._woken = False
            self._changed.notify_all()
            return item

    def finish(self, error: BaseException | None = None) -> None:
        """Say that nothing follows; the taker gets what is left, and then the error."""
        with self._changed:
            self._finished = True
            self._error = error
            self._changed.notify_all()

    def wake(self) -> None:
        """End the present or the next wait of the taker, who has something else to do."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Let nothing more pass and wake everyone who waits."""
        with self._changed:
            self._closed = True
            self._item = None
            self._changed.notify_all()


class BoundedChannel(Generic[T]):
    """A short queue in which the writer waits: everything written is read, in order."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1. Received: {capacity}")
        self._changed = threading.Condition()
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._finished = False
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T, *, room: int | None = None) -> None:
        """Append an item, waiting while the channel is full.

        Args:
            item: what passes.
            room: how many may wait with it, where that is less than the capacity.

        Raises:
            Closed: if the reader has gone.
        """
        room = min(room or self._capacity, self._capacity)
        with self._changed:
            while len(self._items) >= room and not self._closed:
                self._changed.wait()
            if self._closed:
                raise Closed
            self._items.append(item)
            self._changed.notify_all()

    def finish(self, error: BaseException | None = None) -> None:
        """Say that nothing follows; the reader gets what is left, and then the error."""
        with self._changed:
            self._finished = True
            self._error = error
            self._changed.notify_all()

    def close(self) -> None:
        """Read no further: a writer that waits, or writes later, gets ``Closed``."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    def get(self) -> T:
        """Take the oldest item, waiting for it.

        Raises:
            Closed: at the end.
            BaseException: the error with which the writer finished.
        """
        with self._changed:
            while not self._items and not self._finished and not self._closed:
                self._changed.wait()
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            raise Closed

    def take(self, most: int) -> list[T]:
        """Take the oldest items that are there, waiting only for the first of them.

        Args:
            most: how many at most; at least one.

        Raises:
            Closed: at the end.
            BaseException: the error with which the writer finished.
        """
        with self._changed:
            taken = [self.get()]
            while self._items and len(taken) < most:
                taken.append(self._items.popleft())
            return taken

    def poll(self) -> T | None:
        """Take the oldest item, or None where the writer has not come so far.

        Raises:
            Closed: at the end.
            BaseException: the error with which the writer finished.
        """
        with self._changed:
            if not self._items and not self._finished and not self._closed:
                return None
        return self.get()

    def __iter__(self) -> Iterator[T]:
        """Yield items until the writer has finished."""
        while True:
            try:
                item = self.get()
            except Closed:
                return
            yield item
