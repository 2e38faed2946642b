"""Octavia: real VIP ports and security groups in neutron, imaginary amphora machines."""
from octavia.amphorae.drivers.noop_driver import driver as noop_amphora
from octavia.compute.drivers.noop_driver import driver as noop_compute
from octavia.network import data_models
from octavia.network.drivers.neutron import allowed_address_pairs

from estate_cloud import changes


def _tell(loadbalancer):
    # the load balancer becomes ACTIVE, or is gone, just after the driver returns
    changes.tell_again('octavia', getattr(loadbalancer, 'id', '') or '')


class EstateAmphoraDriver(noop_amphora.NoopAmphoraLoadBalancerDriver):

    def update_amphora_listeners(self, loadbalancer, amphora, timeout_dict):
        super().update_amphora_listeners(loadbalancer, amphora, timeout_dict)
        _tell(loadbalancer)

    def update(self, loadbalancer):
        super().update(loadbalancer)
        _tell(loadbalancer)

    def start(self, loadbalancer, amphora=None, timeout_dict=None):
        _tell(loadbalancer)

    def reload(self, loadbalancer, amphora=None, timeout_dict=None):
        _tell(loadbalancer)

    def delete(self, listener):
        super().delete(listener)
        _tell(getattr(listener, 'load_balancer', None))

    def post_vip_plug(self, amphora, load_balancer, amphorae_network_config, *args, **kwargs):
        super().post_vip_plug(amphora, load_balancer, amphorae_network_config, *args, **kwargs)
        _tell(load_balancer)


class EstateComputeDriver(noop_compute.NoopComputeDriver):

    def delete(self, compute_id):
        super().delete(compute_id)
        _tell(None)

    def attach_network_or_port(self, compute_id, network_id=None, ip_address=None, port_id=None):
        return data_models.Interface(compute_id=compute_id, network_id=network_id,
                                     port_id=port_id, fixed_ips=[])

    def detach_port(self, compute_id, port_id):
        pass


class EstateNetworkDriver(allowed_address_pairs.AllowedAddressPairsDriver):

    def plug_port(self, amphora, port):
        # as nova does when it attaches a port; octavia asks for an amphora's ports by this before it gives it more
        self.network_proxy.update_port(port.id, device_id=amphora.compute_id)
        return data_models.Interface(compute_id=amphora.compute_id, network_id=port.network_id,
                                     port_id=port.id, fixed_ips=port.fixed_ips)

    def set_port_admin_state_up(self, port_id, state):
        pass
