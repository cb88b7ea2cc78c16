"""Choices: masks, draws and their probabilities."""

import math

import torch

from forge.ethyr.networks.heads import chosen, entropy, mask_by_bits, sample


def log_probs(*rows: list[float]) -> torch.Tensor:
    return torch.tensor([rows], dtype=torch.float32).log_softmax(-1)


def test_masked_choices_have_no_probability() -> None:
    logits = torch.zeros(1, 2, 5)
    bits = torch.tensor([[0b00001, 0b10101]], dtype=torch.uint8)
    probabilities = mask_by_bits(logits, bits).softmax(-1)
    assert probabilities[0, 0].tolist() == [1, 0, 0, 0, 0]
    # three valid choices with equal logits: a third each
    torch.testing.assert_close(probabilities[0, 1], torch.tensor([1, 0, 1, 0, 1]) / 3)


def test_draws_follow_the_distribution() -> None:
    wanted = torch.tensor([0.1, 0.6, 0.3])
    rows = wanted.log().expand(1, 100_000, 3)
    drawn = sample(rows, torch.Generator().manual_seed(0))
    shares = torch.bincount(drawn.flatten(), minlength=3) / drawn.numel()
    # a share's deviation is at most sqrt(0.25 / 100,000) = 0.0016: five of them
    assert (shares - wanted).abs().max() < 0.008


def test_an_invalid_choice_is_never_drawn_even_last_or_first() -> None:
    logits = mask_by_bits(torch.zeros(1, 200_000, 5), torch.full((1, 200_000), 0b01110, dtype=torch.uint8))
    drawn = sample(logits.log_softmax(-1), torch.Generator().manual_seed(1))
    assert drawn.min() == 1
    assert drawn.max() == 3


def test_the_same_stream_gives_the_same_draws() -> None:
    rows = torch.randn(2, 50, 4, generator=torch.Generator().manual_seed(2)).log_softmax(-1)
    first = sample(rows, torch.Generator().manual_seed(3))
    assert torch.equal(first, sample(rows, torch.Generator().manual_seed(3)))
    assert not torch.equal(first, sample(rows, torch.Generator().manual_seed(4)))


def test_log_probability_of_the_choice() -> None:
    rows = log_probs([math.log(1.0), math.log(3.0)])  # probabilities 1/4 and 3/4
    torch.testing.assert_close(chosen(rows, torch.tensor([[1]])), torch.tensor([[math.log(0.75)]]))


def test_entropy() -> None:
    uniform, sure = log_probs([0.0] * 4), mask_by_bits(torch.zeros(1, 1, 4), torch.tensor([[2]], dtype=torch.uint8))
    torch.testing.assert_close(entropy(uniform), torch.tensor([[math.log(4)]]))
    assert entropy(sure.log_softmax(-1)).item() == 0
