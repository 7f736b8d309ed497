#!/bin/sh
# Classifies a photo over REST and over GraphQL, and waits where the hub asks for it.   sh curl.sh MODEL PHOTO
set -eu
model=$1 photo=$2

# --retry sends a request again after the seconds of Retry-After when the hub answers 429 or 503.
ask() {
  curl --silent --show-error --fail-with-body --retry 4 --header "Authorization: Bearer $HUB_TOKEN" "$@"
}

ask --form "image=@$photo" "$HUB_URL/v1/classify?model=$model&topK=3"
echo

# GraphQL: what is uploaded is null in the variables, and `map` says which part of the form takes its place.
query='mutation ($image: Upload!, $model: String!) { classify(image: $image, model: $model) { label confidence } }'
ask --header 'apollo-require-preflight: true' \
  --form-string "operations={\"query\":\"$query\",\"variables\":{\"image\":null,\"model\":\"$model\"}}" \
  --form-string 'map={"0":["variables.image"]}' \
  --form "0=@$photo" \
  "$HUB_URL/graphql"
echo
