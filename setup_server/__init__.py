"""What Steward serves over HTTP: its health today. It is handed callables and knows nothing of who is behind them."""
