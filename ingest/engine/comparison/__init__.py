"""Two logs side by side: what became of messages, by verdict and policy, and what chance cannot explain."""
