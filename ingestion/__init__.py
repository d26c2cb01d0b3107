"""Sources in, audited batches out: connectors, mapping, staging and the lake."""
