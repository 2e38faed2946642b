"""The events of a service, told to the daemon: they are sent after what they tell was written."""
from oslo_messaging.notify import notifier

from estate_cloud import changes


class EstateNotifier(notifier.Driver):
    """A notification driver: `compute.instance.create.end` becomes the line `nova <server id>`."""

    def notify(self, ctxt, message, priority, retry):
        if message.get('event_type', '').startswith('compute.instance.'):
            changes.tell('nova', message.get('payload', {}).get('instance_id', ''))
