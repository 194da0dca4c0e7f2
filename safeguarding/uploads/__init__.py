"""Is a file that somebody attaches what it says it is, and is it safe to keep and to show?

`kinds` what is taken · `sandbox` a process of its own that looks into it · `looking` asks that process · `scanning` asks ClamAV.
No models, no pages: whoever keeps files (`concerns/services/attaching.py`) asks here first.
"""
