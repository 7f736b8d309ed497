"""python mlflow_onnx.py FOLDER saves the network in MODEL as an MLflow model that classifies photos in base64."""
import base64
import os
import sys

import mlflow
from mlflow.pyfunc import PythonModel

HERE = os.path.dirname(os.path.abspath(__file__))


class Photos(PythonModel):
    def load_context(self, context):
        from network import load

        self.session = load()

    def predict(self, context, model_input, params=None):
        from network import decode, predict

        return predict(self.session, [decode(base64.b64decode(photo)) for photo in model_input["photo"]]).tolist()


if __name__ == "__main__":
    code = [os.path.join(HERE, "network.py")]
    mlflow.pyfunc.save_model(sys.argv[1], python_model=Photos(), code_paths=code, pip_requirements=["onnxruntime"])
