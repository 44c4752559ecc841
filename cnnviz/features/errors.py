"""What goes wrong when one looks at filters."""


class FeatureError(ValueError):
    """Something asked for that a layer or a data set doesn't have. The message is one sentence that tells the fix."""
