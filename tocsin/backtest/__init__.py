"""`tocsin backtest`: a configuration against the past, through the engine and the incidents of the running service."""
