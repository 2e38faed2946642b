"""The weigher that counts in the local stack's scheduler: servers go where the fewest are, those of a group apart."""
import collections
import random
import threading
import time

from nova.scheduler import weights

# a server that was placed is counted by its hypervisor after this many seconds at the latest
SECONDS = 60


class FewestServers(weights.BaseHostWeigher):
    """Counts what it chose a moment ago, too.

    Nova learns of a server only once its hypervisor has it. Until then every server of a burst looks best on the same
    hypervisor; those that must not share one are turned away there and tried elsewhere, one after the other.
    """

    def __init__(self):
        super().__init__()
        self._lock = threading.Lock()
        self._chosen = collections.deque()

    def weigh_objects(self, weighed_obj_list, weight_properties):
        group = weight_properties.instance_group
        with self._lock:
            self._forget()
            weights_ = [self._weight(weighed.obj, group) for weighed in weighed_obj_list]
            # no other weigher counts, and no two weights are equal: the heaviest is what nova takes
            best = weighed_obj_list[weights_.index(max(weights_))].obj
            self._chosen.append((time.monotonic(), best.host, group and group.uuid))
        return weights_

    def _forget(self):
        while self._chosen and self._chosen[0][0] < time.monotonic() - SECONDS:
            self._chosen.popleft()

    def _weight(self, host, group):
        recent = [chosen_group for _, name, chosen_group in self._chosen if name == host.host]
        same_group = 0
        if group:
            # what it chose a moment ago may be among the members already: that is no harm
            placed = group.hosts if "hosts" in group else None
            same_group = (placed or []).count(host.host) + recent.count(group.uuid)
        return -(1000.0 * same_group + host.num_instances + len(recent) + random.random() / 2)

    def _weigh_object(self, host_state, weight_properties):
        return self._weight(host_state, None)
