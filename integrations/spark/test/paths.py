"""The folder of the programs under test becomes one to import from."""

import sys
from pathlib import Path

SPARK = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SPARK))
