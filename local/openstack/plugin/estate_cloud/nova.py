"""A hypervisor whose machines are played by the local stack."""
import os

from oslo_config import cfg
from oslo_log import log as logging

from nova.compute import power_state
import nova.conf
from nova import context as nova_context
from nova import objects
from nova.virt import fake

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)
CONF.register_opts(
    [cfg.StrOpt('hosts', help='One folder a server, by its id, with its console.log.')],
    group='estate')

CONSOLE_BYTES = 102400


class EstateDriver(fake.FakeDriverWithoutFakeNodes):
    """The fake driver, but its machines survive a restart, and have a console."""

    def init_host(self, host):
        super().init_host(host)
        instances = objects.InstanceList.get_by_host(
            nova_context.get_admin_context(), host, expected_attrs=['info_cache', 'flavor'])
        for instance in instances:
            self._remember(instance)
        LOG.info('%d machines are known again', len(self.instances))

    def _remember(self, instance):
        # one that was never spawned has no state; nova decides what becomes of it
        if instance.power_state in (None, power_state.NOSTATE):
            return
        flavor = instance.flavor
        self.resources.claim(vcpus=flavor.vcpus, mem=flavor.memory_mb, disk=flavor.root_gb)
        self.instances[instance.uuid] = fake.FakeInstance(
            instance.name, instance.power_state, instance.uuid)
        for vif in instance.info_cache.network_info if instance.info_cache else ():
            self._interfaces[vif['id']] = vif

    def get_console_output(self, context, instance):
        """The end of what the host wrote; nothing before it booted."""
        try:
            with open(os.path.join(CONF.estate.hosts, instance.uuid, 'console.log'), 'rb') as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - CONSOLE_BYTES))
                return log.read()
        except FileNotFoundError:
            return b''
