"""Publication: the warehouse file people open, its verdict and its versions."""
