"""The decks' numbers about networks, one click each, with what is wrong in them."""

from __future__ import annotations

from cnnviz.ui.counting.counted import PUBLISHED
from cnnviz.ui.presets import Preset

EXAMPLES = (
    Preset(
        "LeNet: 61,706",
        {"net": "lenet", "input": PUBLISHED, "row": "C3"},
        "156 + 2,416 + 48,120 + 10,164 + 850 holds for 32×32 pixels and a full C3. The paper's own LeNet-5 of 1998 "
        "(not 1989, as decks D1 and D2 date it) has exactly 60,000: the next example.",
        "Deck D3, LeNet",
    ),
    Preset(
        "LeNet-5: 60,000",
        {"net": "lenet-1998", "input": PUBLISHED, "row": "C3"},
        "C3's kernels see 3, 4 or 6 of the six maps by a table (1,516 instead of 2,416), and subsampling has trained "
        "numbers. Decks D3 and D4 count 5 and 4 layers of the same network: C5 is a convolution or a linear layer.",
        "LeCun et al. 1998; decks D3, D4",
    ),
    Preset(
        "AlexNet: 34,944",
        {"net": "alexnet-one-tower", "input": PUBLISHED, "row": "conv1"},
        "96 kernels of 11×11×3 and 96 biases. The slide's “equivalent MLP 43.7×10⁹” is 224·224·3·55·55·96, but 224 "
        "does not fit: (224 − 11)/4 + 1 = 54.25. With the 227 that gives 55 it is 44.9×10⁹.",
        "Deck D1, AlexNet's first layer",
    ),
    Preset(
        "AlexNet: 60 M",
        {"net": "alexnet-2012", "input": PUBLISHED, "row": "conv2"},
        "60,965,224 with the two towers of the paper: conv2, conv4 and conv5 see half of the channels. D2's 62 M are "
        "one tower, torchvision's form has 61.1 M: all are right, of different networks. The 650,000 neurons of D4 are "
        "659,272 if every grid of the paper is counted.",
        "Decks D3 and D4",
    ),
    Preset(
        "AlexNet: 62 M",
        {"net": "alexnet-one-tower", "input": PUBLISHED, "row": "conv2"},
        "62,378,344: without the two towers conv2 has twice the weights. At four bytes each 61 M "
        "parameters are D0's 240 MB.",
        "Deck D2, AlexNet; deck D0, compression",
    ),
    Preset(
        "VGG-16: 138 M",
        {"net": "vgg16", "input": PUBLISHED, "row": "fc1"},
        "89.4 % of the parameters are in the three linear layers, 103 M in the first alone; 99 % of the work is not. "
        "At four bytes each they are D0's 552 MB.",
        "Decks D1 and D2, VGG; deck D0, compression",
    ),
    Preset(
        "VGG E: 144 M",
        {"net": "vgg19", "input": PUBLISHED, "row": "conv5_4"},
        "Column E on the slide has three convolutions in blocks 3 to 5, which makes 16 layers; the paper has four, "
        "which makes 19. D2's “almost 143 M” is 143,667,240, almost 144 M.",
        "Deck D1, VGG table; deck D2",
    ),
    Preset(
        "ResNet-50: 427 or 483",
        {"net": "resnet50-2015", "input": PUBLISHED},
        "The paper's block has its stride in the first 1×1 and sees 483 pixels; torchvision moved it to the 3×3, which "
        "sees 427 and costs 4.09 instead of 3.86 G multiply-adds. The deck's “3.8B Flops” are multiply-adds.",
        "Deck D1, ResNet50 vs VGG",
    ),
    Preset(
        "ResNet-152: 60 M",
        {"net": "resnet152", "input": PUBLISHED},
        "60,192,808. D2 gives 60 M to “ResNet152V2”, from Keras' table (60.4 M, which also counts running statistics); "
        "the winner of 2015 was an ensemble with the first form.",
        "Decks D2 and D3",
    ),
    Preset(
        "ConvNetJS: 22,466",
        {"net": "convnetjs", "input": PUBLISHED},
        "1,216 + 8,020 + 10,020 + 3,210. Its last map sees 36×36 pixels of a 32×32 picture.",
        "Deck D1, the ConvNetJS demonstration",
    ),
)
