"""`tocsin backtest`: runs a configuration over past samples with the engine and the incident rules of the service."""
