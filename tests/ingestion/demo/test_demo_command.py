from typer.testing import CliRunner

from ingestion.demo import read_truth
from ingestion.demo.__main__ import app


def test_the_command_writes_the_company_and_says_where(tmp_path):
    folder = tmp_path / "demo"
    result = CliRunner().invoke(app, ["--to", str(folder), "--date", "2024-02-10", "--scale", "0.02"])
    assert result.exit_code == 0, result.output
    assert str(read_truth(folder).business_on) == "2024-02-10"
    assert str(folder) in result.output.replace("\n", "")


def test_the_command_explains_a_refusal_without_a_traceback(tmp_path):
    result = CliRunner().invoke(app, ["--to", str(tmp_path / "demo"), "--date", "2020-01-01"])
    assert result.exit_code == 1
    assert "opened on 2024-01-01" in result.output
    assert "Traceback" not in result.output
