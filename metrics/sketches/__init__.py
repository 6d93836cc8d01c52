"""Sketches: many values in few bytes, mergeable, with quantiles of a stated error. Plain Python with numpy.

The sketch is DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019) with the
mapping of the library `ddsketch`; merging is done on arrays, since a dashboard merges ten thousands of them at once.
"""
