"""ML2 mechanism driver which plays healthy switches and routers, with no agent running."""
from neutron_lib.api.definitions import portbindings
from neutron_lib.callbacks import events, registry, resources
from neutron_lib import constants
from neutron_lib.plugins import constants as plugin_constants
from neutron_lib.plugins import directory
from neutron_lib.plugins.ml2 import api

from estate_cloud import changes

ROUTER_PORTS = (constants.DEVICE_OWNER_ROUTER_INTF, constants.DEVICE_OWNER_ROUTER_GW)
WATCHED = (resources.NETWORK, resources.SUBNET, resources.PORT, resources.SECURITY_GROUP,
           resources.SECURITY_GROUP_RULE, resources.ROUTER, resources.ROUTER_GATEWAY,
           resources.ROUTER_INTERFACE, resources.FLOATING_IP)
AFTER = (events.AFTER_CREATE, events.AFTER_UPDATE, events.AFTER_DELETE)


class EstateMechanismDriver(api.MechanismDriver):

    def initialize(self):
        # router ports have no binding host, so bind_port is never called for them
        for event in (events.AFTER_CREATE, events.AFTER_UPDATE):
            registry.subscribe(self._router_port, resources.PORT, event)
            registry.subscribe(self._floating_ip, resources.FLOATING_IP, event)
        for resource in WATCHED:
            for event in AFTER:
                registry.subscribe(self._tell, resource, event)

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    def bind_port(self, context):
        # status ACTIVE: the port is committed as such without waiting for an agent
        for segment in context.segments_to_bind:
            context.set_binding(segment[api.ID], portbindings.VIF_TYPE_OVS,
                                {portbindings.CAP_PORT_FILTER: True,
                                 portbindings.OVS_HYBRID_PLUG: False},
                                status=constants.PORT_STATUS_ACTIVE)
            return

    def _router_port(self, resource, event, trigger, payload):
        port = payload.latest_state
        if (port['device_owner'] in ROUTER_PORTS and
                port['status'] != constants.PORT_STATUS_ACTIVE):
            directory.get_plugin().update_port_status(
                payload.context.elevated(), port['id'], constants.PORT_STATUS_ACTIVE)

    def _floating_ip(self, resource, event, trigger, payload):
        router = directory.get_plugin(plugin_constants.L3)
        context = payload.context.elevated()
        address = router.get_floatingip(context, payload.resource_id)
        wanted = (constants.FLOATINGIP_STATUS_ACTIVE if address['port_id']
                  else constants.FLOATINGIP_STATUS_DOWN)
        if address['status'] != wanted:
            router.update_floatingip_status(context, address['id'], wanted)

    def _tell(self, resource, event, trigger, payload=None):
        changes.tell('neutron', f'{resource} {_id_in(payload)}')


def _id_in(payload):
    if getattr(payload, 'resource_id', None):
        return payload.resource_id
    states = getattr(payload, 'states', None) or ({},)
    return states[-1].get('id', '') if isinstance(states[-1], dict) else ''
