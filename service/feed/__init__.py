"""Changes on their way out: the ordered feed that trackers read, and the webhooks that tell them."""
