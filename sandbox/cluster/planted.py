"""Secrets in the places where real clusters have them. They are nobody's; who looks after secrets must never show one.

Letters and digits only, so that no way of writing them down changes them.
"""

DATABASE_PASSWORD = "s3cr3t-pw"  # noqa: S105
"""In the Secret, in last-applied, in the URL that a crashing container logs, in the environment of every container."""
CACHE_PASSWORD = "kV7q2mZx9Lr4wT"  # noqa: S105
"""In the first line that a healthy container logs."""
SESSION_TOKEN = "9f3bQe81Xc5aHn72Jd0uRk46"  # noqa: S105
"""In a line that a healthy container logs every minute."""
PAYMENT_KEY = "pay4Zt8mWq61NsYb03Ev"
"""In plain text in an environment variable of the web shop."""
CHAT_HOOK = "c07d5e3f9a1b48267d90fe31a5bc8240"
"""In the address of a webhook in an annotation."""
CONFIG_PASSWORD = "Mx5uJw2pGd8RvK"  # noqa: S105
"""In a file in a ConfigMap."""
MIRROR_PASSWORD = "pullT6yHn4Bq9Ss"  # noqa: S105
"""In the address of a registry in an event."""
GATE_PASSWORD = "gateU3iPl7Fz2Oc"  # noqa: S105
"""In the address of a webhook in an error of the API server."""
CLUSTER_SECRETS = {
    name.lower().replace("_", " "): value
    for name, value in {**globals()}.items()
    if name.isupper() and isinstance(value, str)
}
