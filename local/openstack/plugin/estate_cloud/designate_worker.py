"""Designate's worker, whose recovery leaves alone what is not forgotten.

Recovery takes a zone for forgotten when it is PENDING and its serial is old. In the second before a change is handed on that is so of
every zone that was left alone for a while. It then asks the name server for the old serial, finds it, and calls the zone ACTIVE; the
change, when it is handed on, finds nothing that waits for it, and its records stay PENDING for ever.
"""
from designate.cmd import worker
from designate.worker.tasks import zone as tasks


class RecoverShard(tasks.RecoverShard):
    def _get_zones(self):
        # that mark is taken away when the change is handed on
        return [zone for zone in super()._get_zones() if not zone.increment_serial]


def main():
    tasks.RecoverShard = RecoverShard
    worker.main()
