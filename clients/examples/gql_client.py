"""Classifies a photo with gql, which uploads it, and follows the last run.   python gql_client.py MODEL PHOTO"""

import asyncio
import os
import sys

from gql import Client, FileVar, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

MODEL, PHOTO = sys.argv[1:]
URL = os.environ["HUB_URL"] + "/graphql"
AUTHORIZATION = f"Bearer {os.environ['HUB_TOKEN']}"

CLASSIFY = gql(
    """
    mutation Classify($image: Upload!, $model: String!) {
      classify(image: $image, model: $model) { label confidence modelVersion }
    }
    """
)
LAST_RUN = gql("{ runs(first: 1) { edges { node { id } } } }")
EVENTS = gql(
    """
    subscription RunEvents($id: ID!) {
      runEvents(id: $id) { number state epoch { epoch validationAccuracy } }
    }
    """
)


def request(document, **variables):
    document.variable_values = variables
    return document


async def main():
    headers = {"authorization": AUTHORIZATION, "apollo-require-preflight": "true"}
    async with Client(transport=AIOHTTPTransport(url=URL, headers=headers)) as session:
        asked = request(CLASSIFY, image=FileVar(PHOTO), model=MODEL)
        print((await session.execute(asked, upload_files=True))["classify"])
        run = (await session.execute(LAST_RUN))["runs"]["edges"][0]["node"]["id"]
    socket = WebsocketsTransport(
        url=URL.replace("http", "ws", 1),
        init_payload={"authorization": AUTHORIZATION},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=socket) as session:
        async for answer in session.subscribe(request(EVENTS, id=run)):
            if answer["runEvents"]["epoch"]:
                print(answer["runEvents"]["epoch"])


asyncio.run(main())
