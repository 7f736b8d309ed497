import base64

from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput

from network import decode, load, predict


class Photos(MLModel):
    async def load(self):
        self.session = load()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        data = payload.inputs[0].data
        photos = [base64.b64decode(photo) for photo in getattr(data, "root", data)]
        rows = predict(self.session, [decode(photo) for photo in photos])
        output = ResponseOutput(name="result", shape=list(rows.shape), datatype="FP32", data=rows.ravel().tolist())
        return InferenceResponse(model_name=self.name, outputs=[output])
