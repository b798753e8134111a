"""The unit file, as systemd reads it."""

import re
import subprocess
from pathlib import Path

from tests.require import require

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "tocsin.service"
EXPOSED = 20
"""What systemd-analyze may find at the most: 0 = nothing is open to the service, 100 = everything."""


def test_systemd_reads_every_line_of_it(tmp_path: Path) -> None:
    analyze = require("systemd-analyze")
    program = tmp_path / "tocsin"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    here = tmp_path / "tocsin.service"
    here.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/tocsin/bin/tocsin", str(program)), encoding="utf-8")
    answer = subprocess.run(
        [analyze, "verify", "--man=no", str(here)], capture_output=True, text=True, timeout=60, check=False
    )
    assert [line for line in answer.stderr.splitlines() if "tocsin.service" in line] == []
    assert answer.returncode == 0, answer.stderr


def test_little_of_the_machine_is_open_to_it() -> None:
    analyze = require("systemd-analyze")
    asked = [analyze, "security", "--offline=true", "--no-pager", f"--threshold={EXPOSED}", str(UNIT)]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stdout


def test_its_command_and_its_only_folder_are_those_of_the_guide() -> None:
    unit, guide = (
        UNIT.read_text(encoding="utf-8"),
        (UNIT.parents[2] / "docs" / "install.md").read_text(encoding="utf-8"),
    )
    config = re.search(r"^ExecStart=(\S+) run --config (\S+)$", unit, re.MULTILINE)
    assert config
    assert config[1] in guide
    assert f"cd {Path(config[2]).parent} && {config[1]} init" in guide
    assert "StateDirectory=tocsin\nStateDirectoryMode=0711" in unit
    assert "data: /var/lib/tocsin" in guide
