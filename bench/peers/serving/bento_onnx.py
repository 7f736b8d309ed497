import bentoml
from PIL.Image import Image

from network import decode, load, predict


@bentoml.service(workers=1, traffic={"timeout": 60})
class Photos:
    def __init__(self):
        self.session = load()

    @bentoml.api(batchable=True, max_batch_size=8, max_latency_ms=60000)
    def predict(self, photos: list[Image]) -> list[list[float]]:
        return predict(self.session, [decode(photo) for photo in photos]).tolist()
