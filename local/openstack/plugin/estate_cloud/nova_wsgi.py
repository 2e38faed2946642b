"""Nova's API and its metadata API in one process: which one answers is decided by the port that was asked."""
from nova import monkey_patch; monkey_patch.patch(backend='threading')  # noqa: E702

from nova.api.openstack import wsgi_app

METADATA_PORT = '8775'

_compute = wsgi_app.init_application('osapi_compute', 'nova-api-os-compute')
_metadata = wsgi_app.init_application('metadata', 'nova-api-metadata')


def application(environ, start_response):
    chosen = _metadata if environ.get('SERVER_PORT') == METADATA_PORT else _compute
    return chosen(environ, start_response)
