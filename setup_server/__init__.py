"""What Steward serves over HTTP. It is handed callables and doors to what is kept, and knows nothing of who is behind them."""
