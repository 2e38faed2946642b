"""Runs the daemons of one service: imports once, forks one process each, and ends with all of them when one ends.

    python -m estate_cloud.family [--gate FILE] FUNCTION... [-- ARGUMENTS]...
    python -m estate_cloud.family estate_cloud.nova_compute:main -- --config-file a -- --config-file b
    python -m estate_cloud.family designate.cmd.central:main designate.cmd.mdns:main -- --config-file a

With one function, each group of arguments is a process; with several, each function is one, with the same arguments.
What they import is shared between the processes, and is read only once: memory and time to start are about half.
With a gate, it imports at once and forks when that file exists: when what the daemons need is there.
"""
import ctypes
import gc
import importlib
import os
import signal
import sys
# as they are now: eventlet's own, which the daemons may put in their place, look a hundred times a second
from os import wait, waitpid
from time import sleep as pause

PR_SET_PDEATHSIG = 1


def members(arguments):
    """The functions to run, with the arguments of each."""
    groups = [[]]
    for argument in arguments:
        if argument == '--':
            groups.append([])
        else:
            groups[-1].append(argument)
    functions, *options = groups
    if len(functions) > 1 and len(options) > 1:
        raise SystemExit('family: several functions take one group of arguments')
    return [(function, option) for function in functions for option in options or [[]]]


def main(arguments):
    gate = None
    if arguments[:1] == ['--gate']:
        gate, arguments = arguments[1], arguments[2:]
    # kombu tries to import it whenever it connects. A daemon forks its workers from one thread while others connect: in a worker that is
    # forked while one waits for another's import, nobody ever ends that import, and what it is to do (bring zones to the name server,
    # say) is never done. What is None here is not there, without a lock
    sys.modules.setdefault('librabbitmq', None)
    family = members(arguments)
    functions = {name: load(name) for name, _ in family}
    # what is here now stays shared: no collection touches it in the children
    gc.collect()
    gc.freeze()
    while gate and not os.path.exists(gate):
        pause(0.1)
    children = {fork(functions[name], name, options) for name, options in family}

    stopping = False

    def stop(number, frame):
        nonlocal stopping
        stopping = True
        for child in children:
            kill(child, number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    first, status = wait()
    children.discard(first)
    if not stopping:
        print(f'family: process {first} ended with {os.waitstatus_to_exitcode(status)}; so do all', file=sys.stderr)
    for child in children:
        # asked to stop, each may finish what it does; after a crash the family is to be back soon
        if not stopping:
            kill(child, signal.SIGKILL)
        waitpid(child, 0)
    return 0 if stopping else 1


def load(name):
    module, _, function = name.partition(':')
    return getattr(importlib.import_module(module), function)


def fork(function, name, options):
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    # messages name the program, as if it had been started alone
    sys.argv = [name.partition(':')[0].rpartition('.')[2], *options]
    status = 1
    try:
        status = function() or 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def kill(child, number):
    try:
        os.kill(child, number)
    except ProcessLookupError:
        pass


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
