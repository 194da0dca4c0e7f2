"""Is a file that somebody attaches what it says it is, and who then has it?

`kinds` what is taken · `sandbox` a process of its own that looks into it · `looking` asks that process · `clamd` asks
ClamAV · `models` what is known of a file, whatever it belongs to · `services` keep it, give it out, take it away. Apps
with files of their own have a model of it and its rule: files of concerns, files of children.
"""
