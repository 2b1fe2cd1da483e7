"""A closer look at one side of a cluster, in lines: what a diagnosis by hand would go and see. Only reads (facts about each tool in
`bot/brain/claude/looks.py`); the words are Kubernetes' own, every line is masked, and what could not be seen is said."""
