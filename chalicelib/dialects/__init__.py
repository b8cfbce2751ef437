"""The four wire formats, over one desk."""
