"""Seconds of one fine-tuning step behind `mixed5` in PyTorch on the CPU; a yardstick for the hub's training.

python torch_fine_tune_step.py --size 75 --batch 32 --seconds 10

The same part of InceptionV3 and the same head as keras_fine_tune_step.py, written here because torchvision's network
can't be cut. Weights and activations are random: the time does not depend on them. float32, Adam 1e-5, dropout 0.3,
normalizations in inference mode with trainable biases. Prints one line of JSON:
    stepSeconds      median over the steps within --seconds, after three to warm up
    imagesPerSecond  batch / stepSeconds
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

HIDDEN, DROPOUT, LEARNING_RATE, CLASSES = 500, 0.3, 1e-5, 10  # the seed experiment's
CHANNELS = 768  # of mixed5
WARM_UP = 3
LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=75, help="side of the network's input, pixels")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10, help="how long to measure")
    parser.add_argument("--layout", choices=LAYOUTS, default="channels_last")
    args = parser.parse_args()
    torch.manual_seed(1)

    layout = LAYOUTS[args.layout]
    model = build().to(memory_format=layout)
    side = side_of_mixed5(args.size)
    features = torch.randn(args.batch, CHANNELS, side, side).abs().to(memory_format=layout)
    labels = torch.randint(CLASSES, (args.batch,))
    seconds = statistics.median(steps(model, features, labels, args.seconds))
    print(json.dumps({"stepSeconds": round(seconds, 5), "imagesPerSecond": round(args.batch / seconds, 1)}))


def steps(model, features, labels, seconds):
    """The seconds of every step."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    # Fused is the faster of Adam's implementations on the CPU.
    optimizer = torch.optim.Adam(trained, LEARNING_RATE, fused=True)
    taken, end = [], float("inf")
    while time.perf_counter() < end:
        began = time.perf_counter()
        loss = functional.cross_entropy(model(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        taken.append(time.perf_counter() - began)
        if len(taken) == WARM_UP:
            end = time.perf_counter() + seconds
    return taken[WARM_UP:]


def build():
    model = nn.Sequential(
        wide(inner=160),  # mixed6
        wide(inner=192),  # mixed7
        reduction(),  # mixed8
        expanded(1280),  # mixed9
        expanded(2048),  # mixed10
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2048, HIDDEN),
        nn.ReLU(),
        nn.Dropout(DROPOUT),
        nn.Linear(HIDDEN, CLASSES),  # the loss takes the softmax
    )
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            # PyTorch's own start lets activations fade from layer to layer, down to denormals, which are slow.
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
            module.weight.requires_grad = False
    return model


class Concat(nn.Module):
    """Branches of one input, side by side."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def wide(inner):
    """17 x 17 x 768 at 299 pixels"""
    return Concat(
        conv(768, 192),
        nn.Sequential(conv(768, inner), conv(inner, inner, (1, 7)), conv(inner, 192, (7, 1))),
        nn.Sequential(
            conv(768, inner),
            conv(inner, inner, (7, 1)),
            conv(inner, inner, (1, 7)),
            conv(inner, inner, (7, 1)),
            conv(inner, 192, (1, 7)),
        ),
        pooled(768),
    )


def reduction():
    """8 x 8 x 1280 at 299 pixels"""
    return Concat(
        nn.Sequential(conv(768, 192), conv(192, 320, (3, 3), stride=2)),
        nn.Sequential(
            conv(768, 192), conv(192, 192, (1, 7)), conv(192, 192, (7, 1)), conv(192, 192, (3, 3), stride=2)
        ),
        nn.MaxPool2d(3, stride=2),
    )


def expanded(channels):
    """8 x 8 x 2048 at 299 pixels"""
    return Concat(
        conv(channels, 320),
        nn.Sequential(conv(channels, 384), fork()),
        nn.Sequential(conv(channels, 448), conv(448, 384, (3, 3)), fork()),
        pooled(channels),
    )


def fork():
    return Concat(conv(384, 384, (1, 3)), conv(384, 384, (3, 1)))


def pooled(channels):
    return nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False), conv(channels, 192))


def conv(inputs, filters, kernel=(1, 1), stride=1):
    padding = "same" if stride == 1 else "valid"
    return nn.Sequential(
        nn.Conv2d(inputs, filters, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(filters, eps=1e-3),
        nn.ReLU(inplace=True),
    )


def side_of_mixed5(size):
    """Four halvings in the stem and mixed3, without padding; two more convolutions of the stem take 2 pixels each."""
    side = halved(size) - 2
    side = halved(side) - 2
    return halved(halved(side))


def halved(side):
    return (side - 3) // 2 + 1


if __name__ == "__main__":
    main()
