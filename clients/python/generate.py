"""Makes the package from the schema of the hub when it is built."""

import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EXPORTS = """
from .base_hub_client import upload_of
from .hub_error import HubError

__all__ += ["HubError", "upload_of"]
"""


class GenerateClient(BuildHookInterface):
    def initialize(self, version, build_data):
        command = "from ariadne_codegen.main import main; main()"
        subprocess.run([sys.executable, "-c", command], cwd=self.root, check=True)
        with open(Path(self.root, "model_hub_client", "__init__.py"), "a") as module:
            module.write(EXPORTS)
