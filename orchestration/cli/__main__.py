"""``python -m orchestration.cli`` is ``daybook``."""

from orchestration.cli.app import main

main()
