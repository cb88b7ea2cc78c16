"""The encoder's layers in plain torch, on any device: what they compute, said as briefly as possible.

Every function over samples takes `Samples` of tensors, returns [P, m, ...] with m = max(count), and leaves rows beyond
a population's count 0. Weights have a leading population axis; cells are counted row by row through the window, K = R·R
of them.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from forge.blade.mechanics.tile import LAYOUTS
from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.networks.samples import Samples


def compose(embedding: Tensor, tile: Tensor, bias: Tensor) -> Tensor:
    """What each material at each cell adds to each hidden unit.

    Args:
        embedding: float32 [P, M, 7], of M materials.
        tile: float32 [P, K, 7, H], the linear layer over embedded tiles.
        bias: float32 [P, H]. It is part of the first cell: every sample has exactly one material there.

    Returns:
        float32 [P, K, M, H].
    """
    table = torch.einsum("pme,pceh->pcmh", embedding, tile)
    return torch.cat([table[:, :1] + bias[:, None, None], table[:, 1:]], 1)


def tile_sum(table: Tensor, count_weight: Tensor, samples: Samples) -> Tensor:
    """A linear layer over the one-hot material of every tile in view and the number of agents on it.

    Args:
        table: float32 [P, K, M, H], the row of each of M materials at each cell.
        count_weight: float32 [P, K, H], the row of each agent at each cell.
        samples: of tensors.

    Returns:
        float32 [P, m, H].
    """
    sample, valid = _rows(samples)
    side = samples.windows.shape[2]
    found, crowds = (
        in_the_middle(tiles, math.isqrt(table.shape[1])) for tiles in tiles_of(samples.windows, sample, side)
    )
    materials = torch.arange(table.shape[2], device=found.device)
    one_hot = (found.flatten(2).unsqueeze(-1) == materials).flatten(2).to(table.dtype)
    agents = crowds.flatten(2).to(table.dtype)
    return (one_hot @ table.flatten(1, 2) + agents @ count_weight) * valid


def in_the_middle(tiles: Tensor, side: int) -> Tensor:
    """The square of tiles in the middle of windows [..., R, R]."""
    margin = (tiles.shape[-1] - side) // 2
    return tiles[..., margin : margin + side, margin : margin + side]


def tiles_of(windows: Tensor, sample: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The material of each tile in windows, and the number of agents on it: int32 [P, m, R, R] both.

    Args:
        windows: uint8 or uint16 [P, Q, R, C].
        sample: int64 [P, m], whose windows.
        side: R.
    """
    layout = LAYOUTS[np.dtype(np.uint8 if windows.dtype == torch.uint8 else np.uint16)]
    # torch knows little of uint16: the same bits as int16, and then as int32 without their sign
    tiles = _take(windows if windows.dtype == torch.uint8 else windows.view(torch.int16), sample)[..., :side]
    tiles = tiles.int() & (layout.one_agent * (layout.crowd + 1) - 1)
    return tiles & layout.mask, tiles >> layout.bits


def entity_max(weight: Tensor, bias: Tensor, samples: Samples, centre: Tensor, scale: Tensor) -> Tensor:
    """A linear layer over the normalised features of each agent in view, and the maximum over them.

    Args:
        weight: float32 [P, F, H].
        bias: float32 [P, H].
        samples: of tensors.
        centre, scale: float32 [F], of the normalisation.

    Returns:
        float32 [P, m, H]. The gradient goes to the agent that gave the maximum, the first of equals.
    """
    sample, valid = _rows(samples)
    if not valid.any():
        return weight.new_zeros(*sample.shape, weight.shape[-1])
    begin, seen = _spans(samples)
    entry = torch.arange(int(seen.max()), device=sample.device)
    rows = torch.minimum(begin.unsqueeze(-1) + entry, (begin + seen - 1).unsqueeze(-1))
    features = _normalised(_take(samples.entities, rows.flatten(1)), centre, scale)
    each = (torch.baddbmm(bias.unsqueeze(1), features, weight)).unflatten(1, rows.shape[1:])
    each = each.masked_fill((entry >= seen.unsqueeze(-1)).unsqueeze(-1), -torch.inf)
    return torch.where(valid.bool(), each.max(2).values, 0)


def target_scores(
    query: Tensor, weight: Tensor, bias: Tensor, score: Tensor, samples: Samples, styles: Tensor,
    centre: Tensor, scale: Tensor,
) -> Tensor:  # fmt: skip
    """How much each sample wants each agent in view as its target: score · relu(query + weight · features + bias).

    Args:
        query: float32 [P, m, H], of the samples.
        weight: float32 [P, F, H], of the features of the agent in view.
        bias: float32 [P, H].
        score: float32 [P, H].
        samples: of tensors.
        styles: int64 [P, m], each sample's attack style.
        centre, scale: float32 [F], of the normalisation.

    Returns:
        float32 [P, m, k], k the most agents that one sample has in view; NEVER where an entry is empty or is no valid
        target for the style.
    """
    begin, seen = _spans(samples)
    entry = torch.arange(int(seen.max()) if seen.numel() else 0, device=query.device)
    rows = torch.minimum(begin.unsqueeze(-1) + entry, (begin + seen - 1).unsqueeze(-1))
    entities = _take(samples.entities, rows.flatten(1))
    agents = torch.baddbmm(bias.unsqueeze(1), _normalised(entities, centre, scale), weight)
    scores = ((agents.unflatten(1, rows.shape[1:]) + query.unsqueeze(2)).relu() * score[:, None, None]).sum(-1)
    bits = entities[..., len(centre) + 1].unflatten(1, rows.shape[1:])
    valid = (bits >> styles.unsqueeze(-1).to(bits.dtype)) & 1 & (entry < seen.unsqueeze(-1))
    return torch.where(valid.bool(), scores, NEVER)


def own_features(samples: Samples, centre: Tensor, scale: Tensor) -> Tensor:
    """The normalised features of the observers: float32 [P, m, F]."""
    _, valid = _rows(samples)
    return _normalised(_take(samples.entities, _spans(samples)[0]), centre, scale) * valid


def own_linear(weight: Tensor, bias: Tensor, samples: Samples, centre: Tensor, scale: Tensor) -> Tensor:
    """A linear layer over the observer's own features: float32 [P, m, H]; arguments as for `entity_max`."""
    _, valid = _rows(samples)
    return torch.baddbmm(bias.unsqueeze(1), own_features(samples, centre, scale), weight) * valid


def _rows(samples: Samples) -> tuple[Tensor, Tensor]:
    """Which sample stands in each row of a result, [P, m], and 1 or 0 where there is one or none, [P, m, 1]."""
    sample, valid = samples.row_index()
    return sample, valid.unsqueeze(-1).float()


def _spans(samples: Samples) -> tuple[Tensor, Tensor]:
    """The first entity row of each sample and how many it has, [P, m]; beyond a population's count 0 and 1."""
    sample, valid = _rows(samples)
    begin, end = (samples.first.gather(1, sample + k).long() for k in (0, 1))
    filled = valid.squeeze(-1).bool()
    return torch.where(filled, begin, 0), torch.where(filled, end - begin, 1)


def _take(array: Tensor, rows: Tensor) -> Tensor:
    """array[p, rows[p]]."""
    return array[torch.arange(len(array), device=array.device).unsqueeze(-1), rows]


def _normalised(rows: Tensor, centre: Tensor, scale: Tensor) -> Tensor:
    return (rows[..., : len(centre)].to(centre.dtype) - centre) / scale
