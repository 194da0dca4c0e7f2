"""What may be typed of a plan and its dates? The fields of each kind follow from the registry (`columns`)."""
