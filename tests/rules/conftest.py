from hypothesis import settings

settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
