"""A toy application for these tests, laid out as the real one."""
