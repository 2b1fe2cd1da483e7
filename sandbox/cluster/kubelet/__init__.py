"""The nodes' side: pods get a life by their image names, and answer for logs and exec."""
