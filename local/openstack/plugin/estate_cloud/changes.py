"""Tells the daemon of the local stack that something changed. Never blocks, never fails."""
import os
import queue
import socket
import threading

SOCKET = '/run/estate/changes.sock'
SECONDS = 0.2

_lock = threading.Lock()
_lines = None
_owner = None


def tell(kind, detail=''):
    """Sends the line `<kind> <detail>` soon; drops it when nobody listens or too many wait."""
    try:
        _queue().put_nowait(f'{kind} {detail}'.strip())
    except queue.Full:
        pass


def tell_again(kind, detail='', seconds=1.0):
    """The same now and once more later: for callers whose change is written just after they return."""
    tell(kind, detail)
    timer = threading.Timer(seconds, tell, (kind, detail))
    timer.daemon = True
    timer.start()


def _queue():
    global _lines, _owner
    with _lock:
        # threads do not survive a fork
        if _owner != os.getpid():
            _lines, _owner = queue.Queue(maxsize=1000), os.getpid()
            threading.Thread(target=_send, args=(_lines,), daemon=True, name='changes').start()
        return _lines


def _send(lines):
    while True:
        waiting = [lines.get()]
        while True:
            try:
                waiting.append(lines.get_nowait())
            except queue.Empty:
                break
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(SECONDS)
                connection.connect(SOCKET)
                # the same line twice says nothing new
                connection.sendall(''.join(f'{line}\n' for line in dict.fromkeys(waiting)).encode())
        except OSError:
            pass
