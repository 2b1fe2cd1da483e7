"""What fires in the cluster, from Alertmanager and from Warning events, as cards in the ops conversations."""
