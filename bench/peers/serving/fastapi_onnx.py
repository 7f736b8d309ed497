from fastapi import FastAPI, File, UploadFile

from network import decode, load, predict

session = load()
app = FastAPI()


@app.post("/predict")
def answer(photo: UploadFile = File(...)):
    return predict(session, [decode(photo.file.read())])[0].tolist()
