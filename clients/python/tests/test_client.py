"""Tests of the client on a real hub: test/clients/python.hub.test.ts starts it and gives its address in HUB.

HUB is JSON: url, token, photo (path of a green photo), archive (path of a zip), busy (a proxy that answers 429 twice, then as the hub).
"""

import json
import os
import unittest

from model_hub_client import HubClient, HubError, RecipeInput, RegisterDatasetVersionInput, StartTransferRunInput, upload_of

HUB = json.loads(os.environ["HUB"])


def client(url: str = HUB["url"], token: str = HUB["token"], **options) -> HubClient:
    return HubClient(url, token, **options)


class TestClient(unittest.IsolatedAsyncioTestCase):
    async def test_classifies_a_photo_from_a_file_and_from_memory(self):
        async with client() as hub:
            answer = await hub.classify(upload_of(HUB["photo"]), model="colours", top_k=2)
            self.assertEqual((answer.label, answer.model_version, len(answer.top)), ("green", 1, 2))
            with open(HUB["photo"], "rb") as file:
                photo = file.read()
            answers = await hub.classify_many([upload_of(photo), upload_of(b"text")], model="colours")
            self.assertEqual(answers[0].classification.label, "green")
            self.assertEqual(answers[1].error.code, "IMAGE_REFUSED")

    async def test_uploads_a_dataset_and_follows_a_run_on_it(self):
        async with client() as hub:
            await hub.create_dataset("from-python")
            upload = RegisterDatasetVersionInput(dataset="from-python", upload=upload_of(HUB["archive"]))
            version = await hub.register_dataset_version(upload)
            self.assertEqual((version.number, version.classes), (1, ["blue", "green", "red"]))
            recipe = RecipeInput(epochs=2, image_size=75)
            asked = StartTransferRunInput(dataset_version_id=version.id, backbone="tiny-imagenet-2", recipe=recipe)
            run = await hub.start_transfer_run(asked)
            events = [event async for event in hub.follow_run(run.id)]
            self.assertEqual([event.epoch.epoch for event in events if event.epoch], [1, 2])
            self.assertEqual((await hub.run(run.id)).state.value, "SUCCEEDED")
            last = events[-1].number
            self.assertEqual([event async for event in hub.follow_run(run.id, after=last)], [])

    async def test_waits_as_long_as_a_busy_hub_asks(self):
        async with client(url=HUB["busy"]) as hub:
            # The file is sent three times, each time from its beginning.
            self.assertEqual((await hub.classify(upload_of(HUB["photo"]), model="colours")).label, "green")

    async def test_says_what_the_hub_refuses(self):
        async with client() as hub:
            with self.assertRaises(HubError) as refused:
                await hub.classify(upload_of(HUB["photo"]), model="nothing")
            self.assertEqual(refused.exception.code, "NOT_DEPLOYED")
            self.assertRegex(refused.exception.request_id, "^[0-9a-f-]{36}$")
        async with client(token="mh_unknown") as stranger:
            with self.assertRaises(HubError) as refused:
                await stranger.me()
            self.assertEqual(refused.exception.code, "UNAUTHENTICATED")
            with self.assertRaises(HubError) as refused:
                await anext(stranger.follow_run("x"))
            self.assertEqual(refused.exception.code, "UNAUTHENTICATED")
        async with client(url="http://127.0.0.1:9", retries=0) as nowhere:
            with self.assertRaises(HubError) as refused:
                await nowhere.me()
            self.assertEqual(refused.exception.code, "HUB_UNREACHABLE")


if __name__ == "__main__":
    unittest.main()
