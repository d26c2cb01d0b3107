"""The demo company: a deterministic simulator of one company's source systems, with planted truth."""

from ingestion.demo.setting import DEMO_BUSINESS_ON, OPENED_ON
from ingestion.demo.simulation import write_demo
from ingestion.demo.truth import DemoTruth, read_truth

__all__ = ["DEMO_BUSINESS_ON", "OPENED_ON", "DemoTruth", "read_truth", "write_demo"]
