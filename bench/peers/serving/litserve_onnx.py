import sys

import litserve
from fastapi import UploadFile

from network import decode, load, predict


class Api(litserve.LitAPI):
    def setup(self, device):
        self.session = load()

    def decode_request(self, request: UploadFile):
        return decode(request.file.read())

    def batch(self, pictures):
        return list(pictures)

    def predict(self, pictures):
        return predict(self.session, pictures)

    def unbatch(self, rows):
        return list(rows)

    def encode_response(self, row):
        return row.tolist()


if __name__ == "__main__":
    api = Api(max_batch_size=8, batch_timeout=0.005)
    server = litserve.LitServer(api, accelerator="cpu", devices=1, workers_per_device=1, timeout=60)
    port = int(sys.argv[1])
    server.run(port=port, host="127.0.0.1", num_api_servers=1, generate_client_file=False, log_level="warning")
