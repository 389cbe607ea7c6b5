"""The lab: a small provider on loopback that speaks OpenAI's protocol and really trains.

It imports nothing from the rest of the program; clients reach it over HTTP. Start it with
``python -m tui.lab`` or ``finetui lab``.
"""
