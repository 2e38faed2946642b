"""Volumes that are only known: their data is a folder of the local stack, made when one is attached."""
from cinder import interface
from cinder.volume import driver


@interface.volumedriver
class EstateVolumeDriver(driver.VolumeDriver):

    VERSION = '1.0'

    def check_for_setup_error(self):
        pass

    def create_volume(self, volume):
        pass

    def delete_volume(self, volume):
        pass

    def extend_volume(self, volume, new_size):
        pass

    def create_cloned_volume(self, volume, src_vref):
        pass

    def create_volume_from_snapshot(self, volume, snapshot):
        pass

    def create_snapshot(self, snapshot):
        pass

    def delete_snapshot(self, snapshot):
        pass

    def revert_to_snapshot(self, context, volume, snapshot):
        pass

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        # nothing to copy: a machine of the local stack does not boot from its disk
        return {}, True

    def copy_image_to_volume(self, context, volume, image_service, image_id, *args, **kwargs):
        pass

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        pass

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector):
        pass

    def remove_export(self, context, volume):
        pass

    def initialize_connection(self, volume, connector):
        return {'driver_volume_type': 'fake', 'data': {'volume_id': volume.id, 'access_mode': 'rw'}}

    def terminate_connection(self, volume, connector, **kwargs):
        pass

    def _update_volume_stats(self):
        self._stats = {
            'volume_backend_name': self.configuration.safe_get('volume_backend_name'),
            'vendor_name': 'Estate',
            'driver_version': self.VERSION,
            'storage_protocol': 'fake',
            'multiattach': True,
            'online_extend_support': True,
            'pools': [{
                'pool_name': 'estate',
                'total_capacity_gb': 'infinite',
                'free_capacity_gb': 'infinite',
                'provisioned_capacity_gb': 0,
                'reserved_percentage': 0,
                'QoS_support': False,
            }],
        }
