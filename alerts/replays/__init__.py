"""What a rule would have done in a time that is over: for the editor's preview.

Windows of metrics follow one another without overlap, so a peak between two of them shows smaller than it would have
been evaluated. What missions did is told by when it happened.
"""
