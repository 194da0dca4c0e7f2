"""How is Harbour started on one machine? The embedded servers, the processes, and the one who watches over them."""


class LaunchError(Exception):
    """Harbour cannot start. The message says why and what to do."""
