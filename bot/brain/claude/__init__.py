"""The planner that asks a model: Anthropic's Messages API with tools, behind the same `Planner` as the rules.

`planner.py` reads as the story. `door.py` is the only module that knows the SDK, and it is loaded when the first question is asked.
"""
