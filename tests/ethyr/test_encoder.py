"""The encoder: by hand on tiny windows, compiled layers against the dense ones, and what must not change a result."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from forge.blade.config.config import Chaos, Config
from forge.ethyr.kernels import tiles
from forge.ethyr.networks import dense
from forge.ethyr.networks.compiled import EntityMax, TileSum
from forge.ethyr.networks.encoder import Encoder, Samples

GRASS, FOREST = 2, 4


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def config(populations: int = 1, radius: int = 7) -> Config:
    return Chaos(
        **{"spawn.cap": 8 * populations, "spawn.populations": populations, "sight.radius": radius, "terrain.border": 16}
    )


def drawn(counts: list[int], radius: int = 7, agents: int = 9, seed: int = 0, crowd: int = 0) -> Samples:
    """Samples of random content, each population's from another start on; what lies outside them is junk.

    About one tile in 20 has 1 to 31 agents on it, and every sample lists 1 to `agents`; with `crowd`, all tiles and
    samples have that many.
    """
    rng = np.random.default_rng(seed)
    P, side = len(counts), 2 * radius + 1
    start = np.arange(P) * 3
    kept = int((start + counts).max()) + 2
    windows = rng.integers(0, 256, (P, kept, side, -(-side // 16) * 16), np.uint8)
    sparse = rng.random((*windows.shape[:3], side)) < 0.95
    windows[..., :side][sparse] %= 8
    if crowd:
        windows[..., :side] = windows[..., :side] % 8 + 8 * min(31, crowd)
    seen = rng.integers(1, agents + 1, (P, kept)) if not crowd else np.full((P, kept), crowd)
    first = np.concatenate([np.zeros((P, 1), np.int64), seen.cumsum(1)], 1).astype(np.int32)
    entities = np.zeros((P, int(first.max()), 16), np.int16)
    entities[..., :11] = rng.integers(-20, 81, (*entities.shape[:2], 11))
    entities[..., 0] = rng.choice([0, 15, 400, 32767], entities.shape[:2])
    for p in range(P):
        first[p, start[p] + counts[p] + 1 :] = -7
    return Samples(windows, entities, first, start, np.array(counts))


def results(encoder: Encoder, samples: Samples, plain: bool) -> Iterator[tuple[str, torch.Tensor]]:
    """The output and the gradient of every parameter for an output gradient drawn from a fixed seed."""
    encoder.zero_grad()
    batch = samples.to("cpu") if plain else samples
    out = encoder(batch, encoder.tables(plain))
    grad = torch.randn(out.shape, generator=seeded(9)).to(out.dtype)
    out.backward(grad)
    yield "out", out.detach().clone()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None, name
        yield name, parameter.grad.clone()


class Tiny:
    """One population with windows of one tile, and two samples. Sample 0: forest and two agents; 1: grass, alone."""

    def __init__(self) -> None:
        windows = np.full((1, 2, 1, 16), 99, np.uint8)
        windows[0, :, 0, 0] = FOREST + 8 * 2, GRASS + 8 * 1
        entities = np.zeros((1, 3, 16), np.int16)
        entities[0, :, 0] = 150, 50, 250  # ages: normalised (x − 50) / 100 they are 1, 0, 2
        entities[0, :, 9] = 1, 0, 1  # same population: normalised x − 0.5 they are 0.5, −0.5, 0.5
        first = np.array([[0, 2, 3]], np.int32)
        self.samples = Samples(windows, entities, first, np.array([0]), np.array([2]))
        encoder = Encoder(config(radius=0), 16, seeded())
        self.centre, self.scale = encoder.norm.centre, encoder.norm.scale


def test_tile_sum_by_hand() -> None:
    """Row m of the table holds 10 m + h at hidden unit h, and an agent weighs 100."""
    tiny = Tiny()
    h = torch.arange(16.0)
    table = (10 * torch.arange(8.0).unsqueeze(-1) + h).reshape(1, 1, 8, 16).requires_grad_()
    weight = torch.full((1, 1, 16), 100.0, requires_grad=True)
    # forest and two agents: 10 · 4 + h + 2 · 100; grass and one: 10 · 2 + h + 100
    expected = torch.stack([240 + h, 120 + h]).unsqueeze(0)
    windows, start, count = tiny.samples.windows, tiny.samples.start, tiny.samples.count
    for out in (
        TileSum.apply(table, weight, windows, start, count),
        dense.tile_sum(table, weight, tiny.samples.to("cpu")),
    ):
        assert torch.equal(out, expected)
        table.grad = weight.grad = None
        out.backward(torch.tensor([1.0, 10.0]).reshape(1, 2, 1).expand(1, 2, 16))
        assert table.grad is not None
        assert weight.grad is not None
        # the forest row gets the gradient of sample 0, the grass row that of sample 1: 1 and 10
        assert torch.equal(table.grad[0, 0, :, 5], torch.tensor([0.0, 0, 10, 0, 1, 0, 0, 0]))
        # each agent passes its sample's gradient on: 2 · 1 + 1 · 10
        assert torch.equal(weight.grad, torch.full((1, 1, 16), 12.0))


def test_entity_max_by_hand() -> None:
    """Unit 0 weighs age by 1, unit 1 by −1, unit 2 same_population by 4; the biases are 7, 0, 0, and the rest 0."""
    tiny = Tiny()
    weight = torch.zeros(1, 11, 16)
    weight[0, 0, :2] = torch.tensor([1.0, -1.0])
    weight[0, 9, 2] = 4.0
    bias = torch.zeros(1, 16)
    bias[0, 0] = 7.0
    weight.requires_grad_()
    bias.requires_grad_()
    # sample 0 sees normalised ages 1 and 0: 7 + max(1, 0), max(−1, −0), 4 · max(0.5, −0.5); sample 1 sees age 2 alone
    expected = torch.tensor([[8.0, 0.0, 2.0], [9.0, -2.0, 2.0]])
    norm = tiny.centre.numpy(), tiny.scale.numpy()
    for out in (
        EntityMax.apply(weight, bias, *tiny.samples[1:5], *norm),
        dense.entity_max(weight, bias, tiny.samples.to("cpu"), tiny.centre, tiny.scale),
    ):
        assert torch.equal(out[0, :, :3], expected)
        weight.grad = bias.grad = None
        out.backward(torch.tensor([1.0, 10.0]).reshape(1, 2, 1).expand(1, 2, 16))
        assert weight.grad is not None
        assert bias.grad is not None
        # unit 0: agents of age 1 (gradient 1) and 2 (gradient 10): 1 · 1 + 10 · 2. Unit 1: ages 0 and 2: 0 + 10 · 2
        assert weight.grad[0, 0, :2].tolist() == [21.0, 20.0]
        # unit 2: same_population 0.5 in both: 0.5 + 5; unit 1 chose −0.5 in sample 0: −0.5 + 5
        assert weight.grad[0, 9, 1:3].tolist() == [4.5, 5.5]
        # units beyond have weight 0: all agents are equal and the first gets the gradient: ages 1 and 2
        assert weight.grad[0, 0, 5].item() == 21.0
        assert torch.equal(bias.grad, torch.full((1, 16), 11.0))


def test_own_features_by_hand() -> None:
    tiny = Tiny()
    own = dense.own_features(tiny.samples.to("cpu"), tiny.centre, tiny.scale)
    assert own[0, :, 0].tolist() == [1.0, 2.0]  # ages 150 and 250
    assert own[0, :, 1].tolist() == [-0.5, -0.5]  # health 0 of 10: (0 − 5) / 10
    assert own[0, :, 9].tolist() == [0.5, 0.5]


CASES = [
    # counts of each population, hidden units, radius
    ([100], 32, 7),
    ([65, 0, 300], 32, 7),
    ([1, 2, 3, 4, 5, 6, 7, 8], 16, 7),
    ([70, 130], 64, 7),
    ([10, 20], 48, 3),
    ([40, 9], 32, 0),
    ([33, 70], 32, 8),
    ([20], 96, 15),
]


@pytest.mark.parametrize(("counts", "hidden", "radius"), CASES)
def test_compiled_layers_agree_with_dense_ones(counts: list[int], hidden: int, radius: int) -> None:
    """In outputs and every gradient; the dense ones compute in float64, so the difference is float32 rounding."""
    settings, samples = config(len(counts), radius), drawn(counts, radius)
    exact = Encoder(settings, hidden, seeded()).double()
    pairs = zip(
        results(Encoder(settings, hidden, seeded()), samples, plain=False),
        results(exact, samples, plain=True),
        strict=True,
    )
    for (name, ours), (_, truth) in pairs:
        assert ours.shape == truth.shape
        error = (ours - truth).abs().max() / truth.abs().max()
        assert error < 1e-5, f"{name}: {error}"


def test_rows_beyond_a_count_are_zero() -> None:
    out = Encoder(config(3), 32, seeded())(drawn([5, 0, 90]))
    assert out.shape == (3, 90, 96)
    assert torch.count_nonzero(out[0, 5:]) == torch.count_nonzero(out[1]) == 0
    assert (out[2] != 0).any(-1).all()


def test_nothing_to_encode() -> None:
    encoder = Encoder(config(2), 32, seeded())
    assert encoder(drawn([0, 0])).shape == (2, 0, 96)
    assert all(not grad.any() for _, grad in results(encoder, drawn([0, 0]), plain=False))
    assert encoder(drawn([0, 0]).to("cpu"), encoder.tables(plain=True)).shape == (2, 0, 96)


@pytest.mark.parametrize(("radius", "crowd"), [(7, 31), (15, 31), (1, 255)])
def test_crowds_everywhere(radius: int, crowd: int) -> None:
    """Agents on all tiles, up to the 31 a tile byte can say, and as many in view as a world may list."""
    samples = drawn([300], radius, crowd=crowd)
    encoder = Encoder(config(1, radius), 16, seeded())
    for (name, ours), (_, plain) in zip(results(encoder, samples, False), results(encoder, samples, True), strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-5 * float(plain.abs().max()), msg=name)


def test_the_first_of_equal_agents_gets_the_gradient() -> None:
    samples = drawn([50], agents=6)
    weight, bias = torch.zeros(1, 11, 16, requires_grad=True), torch.zeros(1, 16, requires_grad=True)
    centre, scale = np.zeros(11, np.float32), np.ones(11, np.float32)
    EntityMax.apply(weight, bias, *samples[1:5], centre, scale).sum().backward()
    assert weight.grad is not None
    own = dense.own_features(samples.to("cpu"), torch.from_numpy(centre), torch.from_numpy(scale))
    assert torch.equal(weight.grad[0, :, 3], own[0].sum(0))


def test_a_weight_that_is_no_number_shows() -> None:
    encoder = Encoder(config(), 32, seeded())
    with torch.no_grad():
        encoder.other.fill_(torch.nan)
    assert encoder(drawn([4]))[..., 64:].isnan().all()


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_threads_change_no_bit() -> None:
    encoder, samples = Encoder(config(3), 64, seeded()), drawn([700, 0, 150])
    torch.set_num_threads(1)
    alone = dict(results(encoder, samples, plain=False))
    torch.set_num_threads(2)
    for name, together in results(encoder, samples, plain=False):
        assert torch.equal(alone[name], together), name


def test_lanes_share_the_work_without_gaps() -> None:
    """Lanes run one after another, in any number, leave what one lane leaves. Outputs begin as junk."""
    samples = drawn([130, 20])
    windows, start, count = samples.windows, samples.start, samples.count
    table, counts = torch.randn(2, 1, 225, 8, 32, generator=seeded()), torch.randn(2, 1, 225, 32, generator=seeded(1))
    grad = torch.randn(2, 130, 40, generator=seeded(2)).numpy()
    found = []
    for lanes in (1, 2, 7, 40):
        out = np.full((2, 130, 40), np.nan, np.float32)
        grads = np.full(table.shape, np.nan, np.float32), np.full(counts.shape, np.nan, np.float32)
        for lane in range(lanes):
            tiles.tile_sum_lane(out, 8, table.numpy(), counts.numpy(), windows, start, count, lane, lanes)
            tiles.tile_gradient_lane(*grads, grad, 8, windows, start, count, lane, lanes)
        assert np.isnan(out[..., :8]).all()
        found.append((out[..., 8:], *grads))
    truth = dense.tile_sum(table[:, 0], counts[:, 0], samples.to("cpu")).numpy()
    np.testing.assert_allclose(found[0][0], truth, rtol=1e-4, atol=1e-4)
    for other, k in itertools.product(found[1:], range(3)):
        np.testing.assert_array_equal(found[0][k], other[k])


def test_tables_can_be_kept() -> None:
    encoder, samples = Encoder(config(2), 64, seeded()), drawn([30, 40])
    with torch.no_grad():
        kept = encoder.tables()
        assert torch.equal(encoder(samples, kept), encoder(samples))
    assert not kept.table.requires_grad


def test_cpu_tensors_are_as_good_as_arrays() -> None:
    encoder, samples = Encoder(config(2), 32, seeded()), drawn([30, 40])
    assert torch.equal(encoder(samples), encoder(samples.to("cpu")))


def test_first_weights() -> None:
    """Uniform in ±1/√inputs, with 8 · 225 inputs for tiles and counts and 11 for features; the embedding is normal."""
    encoder = Encoder(config(4), 32, seeded(5))
    for name, inputs in {
        "tile": 1800,
        "counts": 1800,
        "tile_bias": 1800,
        "own": 11,
        "other": 11,
        "other_bias": 11,
    }.items():
        scaled = getattr(encoder, name) * inputs**0.5
        assert 0.9 < scaled.abs().max() <= 1, name
        assert abs(scaled.mean()) < 0.2, name
    assert 0.8 < encoder.embedding.std() < 1.2
    again, other = Encoder(config(4), 32, seeded(5)), Encoder(config(4), 32, seeded(6))
    assert torch.equal(encoder.tile, again.tile)
    assert not torch.equal(encoder.tile, other.tile)
    assert not torch.equal(encoder.tile[0], encoder.tile[1])


@pytest.mark.parametrize("hidden", [0, 8, 40, 272])
def test_hidden_must_fit_vectors(hidden: int) -> None:
    with pytest.raises(ValueError, match=f"hidden = {hidden} must be a multiple of 16 from 16 to 256"):
        Encoder(config(), hidden, seeded())


WRONG = {
    "windows is int8": ("windows", lambda x: x.view(np.int8), TypeError),
    r"windows has shape \(2, .*\(1, ": ("windows", lambda x: np.repeat(x, 2, 0), ValueError),
    "entities is int32": ("entities", lambda x: x.astype(np.int32), TypeError),
    "entities has shape": ("entities", lambda x: x[..., :11].copy(), ValueError),
    "first has shape": ("first", lambda x: x[:, 1:].copy(), ValueError),
    "population 0: start 5, count 6": ("start", lambda x: x + 5, ValueError),
    "population 0: start -1": ("start", lambda x: x - 1, ValueError),
    "population 0: start 0, count -1": ("count", lambda x: x - 7, ValueError),
    "with 1 to 255 of the rows": ("first", lambda x: x[:, ::-1].copy(), ValueError),
    "each with": ("first", lambda x: x + 3, ValueError),
}


@pytest.mark.parametrize("message", WRONG)
def test_samples_that_would_be_read_out_of_bounds(message: str) -> None:
    name, change, kind = WRONG[message]
    samples = drawn([6], agents=1)
    with pytest.raises(kind, match=message):
        Encoder(config(), 32, seeded())(samples._replace(**{name: change(getattr(samples, name))}))
