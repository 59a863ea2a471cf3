"""The held-out family: the evaluation set of the whole project. Seeds from 1,000,000 on.

Its subjects, lines, backgrounds and codecs are drawn by code that no training scene uses, its class
frequencies are those of the ``natural`` profile. It shares with the training family only the tools that
``tests/test_architecture.py`` lists, and nobody but ``family`` imports it. It is changed only in a commit of
its own (``tests/golden/freeze_held_out.py``).
"""
