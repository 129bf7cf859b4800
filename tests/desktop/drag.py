"""Files that are dragged from a file manager's window onto Blender's: the X protocol XDND, version 5."""

from __future__ import annotations

from desktop.program import until
from Xlib import X, display
from Xlib.protocol import event


def drop(screen, files, x, y):
    """Let go of files over a window at a point of the screen, where the pointer is already."""
    peer = display.Display(screen.name)
    try:
        _Source(peer, files).drop(x, y)
    finally:
        peer.close()


class _Source:
    def __init__(self, peer, files):
        self._peer, self._atom = peer, peer.intern_atom
        self._list = "".join(f"{each.as_uri()}\r\n" for each in files).encode()
        root = peer.screen().root
        aware = self._atom("XdndAware")
        self._target = next(
            each for each in _within(root) if each.get_full_property(aware, X.AnyPropertyType)
        )
        self._window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._window.set_selection_owner(self._atom("XdndSelection"), X.CurrentTime)

    def drop(self, x, y):
        self._tell("XdndEnter", 5 << 24, self._atom("text/uri-list"))
        for before in (12, 6, 3, 0):
            place = (x - before) << 16 | (y - before)
            copy = self._atom("XdndActionCopy")
            self._tell("XdndPosition", 0, place, X.CurrentTime, copy)
            until(lambda: self._told("XdndStatus"), "the window takes no files")
        self._tell("XdndDrop", 0, X.CurrentTime)
        until(lambda: self._told("XdndFinished"), "the window does not take the files")

    def _tell(self, kind, *data):
        data = (32, (self._window.id, *data, *(0,) * (4 - len(data))))
        message = event.ClientMessage(window=self._target, client_type=self._atom(kind), data=data)
        self._target.send_event(message)
        self._peer.flush()

    def _told(self, kind):
        """Whether the window has answered that; give it the files when it asks for them."""
        while self._peer.pending_events():
            each = self._peer.next_event()
            if each.type == X.ClientMessage and each.client_type == self._atom(kind):
                return True
            if each.type == X.SelectionRequest:
                each.requestor.change_property(each.property, each.target, 8, self._list)
                names = ("time", "requestor", "selection", "target", "property")
                given = {name: getattr(each, name) for name in names}
                each.requestor.send_event(event.SelectionNotify(**given))
                self._peer.flush()
        return False


def _within(window):
    for each in window.query_tree().children:
        yield each
        yield from _within(each)
