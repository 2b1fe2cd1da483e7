"""The audit book as people use it: proving it, searching it, carrying it out, thinning it. `bot.audit` writes it."""
