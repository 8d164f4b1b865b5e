from hypothesis import settings

# a busy machine is no failure: hypothesis' own limit of 200 ms for one example is wall-clock time
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
