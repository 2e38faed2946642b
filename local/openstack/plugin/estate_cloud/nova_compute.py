"""nova-compute with our hypervisor. Nova looks for drivers in its own package only: ours is made known there."""
from nova.cmd import compute  # first: it decides how threads work

import sys

from estate_cloud import nova

sys.modules['nova.virt.estate'] = nova
main = compute.main
